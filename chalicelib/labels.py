"""Chinese words for what the program calls by code: grades, roles, states, errors. For users; engineers read the codes."""

from __future__ import annotations

from collections.abc import Mapping

GRADE = {"red": "红码", "orange": "橙码", "yellow": "黄码", "blue": "蓝码", "none": "未赋码"}
GRADE_MEANING = {
    "red": "风险突出，须重点监管、立即整改",
    "orange": "风险较高，须加强监管、限期整改",
    "yellow": "风险一般，须关注并持续改进",
    "blue": "状况良好，保持自查自改",
    "none": "尚未完成评定，没有结论",
}
AXIS = {"P": "生产工艺", "E": "设备设施", "W": "作业环境", "B": "人员行为", "M": "管理体系", "H": "隐患治理与应急"}
# What most registers call the number of an enterprise; a district whose register calls it otherwise, or has none, says so in its folder.
NUMBER = ("统一社会信用代码", "Credit code")
ROLE = {"public": "公众", "enterprise": "企业", "township": "镇街", "district": "区级", "expert": "专家", "admin": "系统管理员", "system": "系统"}
SOURCE = {"self": "企业自查", "township": "镇街检查", "district": "区级执法", "expert": "专家", "report": "举报", "system": "系统"}
STATE = {"operating": "在业", "suspended": "停产", "closed": "注销", "moved_out": "迁出", "merged": "已并入其他档案"}
SECTOR = {
    "HAZARDOUS_CHEMICALS": "危化品",
    "SPECIAL_PREMISES": "三场所三企业",
    "FIRE_SAFETY": "消防",
    "OTHER_REGISTERED": "其他入库企业",
}
HAZARD_STATE = {
    "registered": "已登记", "ordered": "已下达整改", "rectifying": "整改中", "awaiting_recheck": "待复查",
    "closed": "已销号", "dismissed": "误报作废",
}  # fmt: skip
PLATE_STATE = {"none": "未发放", "issued": "已发放", "printed": "已印制", "mounted": "已安装", "damaged": "已损坏", "revoked": "已作废"}
PLATE_DUE = {"issue": "待发放", "print": "待印制", "mount": "待安装", "replace": "待更换", "": ""}
JOB_STATE = {"waiting": "等待上传", "queued": "排队中", "running": "处理中", "cosigning": "待会签", "done": "完成", "refused": "已退回", "failed": "失败"}
ACT_STATE = {"open": "待会签", "signed": "已会签", "declined": "已退回", "withdrawn": "已撤回", "expired": "已过期"}
ERROR = {
    "internal-error": ("系统出错", "系统暂时出错，请稍后再试。"),
    "bad-input": ("输入有误", "提交的内容有误，已逐项列出，什么都没有保存。"),
    "bad-rule-set": ("规则文件有误", "规则文件有误，已逐项列出。"),
    "sign-in-required": ("请先登录", "此内容需要登录后查看。"),
    "not-allowed": ("没有权限", "您的账号无权进行此操作。"),
    "not-found": ("没有找到", "没有找到您要的内容。"),
    "method-not-allowed": ("不能这样操作", "这个地址不接受这种请求方式。"),
    "unsupported-media-type": ("内容格式不对", "这个地址只接受 JSON（Content-Type: application/json），未作处理。"),
    "plate-not-genuine": ("不是有效的安全码", "此码无法通过校验，可能抄写有误或并非本系统发放。请核对码牌。"),
    "plate-withdrawn": ("码牌已作废", "此码牌已更换或作废，请扫描现场新码牌。"),
    "too-many-reports": ("今日反映已达上限", "该场所或您的网络今日提交的反映已达上限，请明日再来，或电话反映。"),
    "not-from-a-person": ("未能受理", "须留空的栏目被填写，本次提交未受理。请留空后再试，或电话反映。"),
    "activation-refused": ("未能激活", "码牌编号或激活码不对，或激活码已用过、已过期、试错过多。请核对后再试，或请所在镇街重新发放激活码。"),
    "too-many-tries": ("今日尝试次数过多", "您的网络今日尝试激活的次数过多，请明日再试，或联系所在镇街。"),
    "conflict": ("内容冲突", "同一编号已有不同内容，未作更改。"),
    "act-ended": ("不能再签署", "这件待会签事项已经办结、退回、撤回或过期。"),
    "holidays-unknown": ("缺少节假日安排", "系统里还没有这一年份的放假调休安排，算不出工作日期限，暂时不能办理。安排通常在上一年11月公布；请联系管理员更新系统后再试。"),
    "try-again": ("请稍后再试", "服务繁忙，请稍后再试。"),
}


def grade_words(colours: Mapping[str, str]) -> dict[str, str]:
    """What the grades are called where these are the colour words: 绿码 where green is best; no code is no colour."""
    return {code: word if code == "none" else f"{colours[code]}码" for code, word in GRADE.items()}
