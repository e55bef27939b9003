"""The template as it goes to AWS: least privilege, tables as modelled, a stream that loses nothing, schedules on Shanghai's days."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from chalicelib import clock, tables
from chalicelib.config import read_settings
from infra import lint
from infra.commands.deploy import read_parameters
from infra.fragments import join, load_fragments
from infra.local import emulator
from infra.package import Package, build, functions

# AWS asks for SendMessage when a batch is sent, other endpoints for SendMessageBatch: the prefix covers just these two.
BATCH_SENDING = "sqs:SendMessage*"
ROOT = Path(__file__).resolve().parents[2]
LOG_ACTIONS = {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}
EVERYBODY_NEEDS = {"TABLE_PREFIX", "DISTRICT", "TODAY", "PUBLIC_BASE_URL", "CODE_VERSION"}


@pytest.fixture(scope="module")
def template(local_package: Package) -> dict:
    return local_package.template()


@pytest.fixture(scope="module")
def expanded(template: dict) -> dict:
    return lint.expand(template)


def of_type(template: dict, kind: str) -> dict[str, dict]:
    return {name: found["Properties"] for name, found in template["Resources"].items() if found["Type"] == kind}


def statements(role: dict) -> list[dict]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def texts(node: object) -> Iterator[str]:
    """Every text of a document, keys left out."""
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


class TestAsCloudFormation:
    """That the linter finds it clean is held with ``./dev package --lint``, in test_infra_commands.py."""

    def test_no_placeholder_of_the_application_is_left(self, template: dict) -> None:
        assert [text for text in texts(template) if "000000000000" in text or "placeholder" in text] == []

    def test_the_linter_sees_a_wrong_name(self, expanded: dict) -> None:
        scan = json.loads(json.dumps(expanded["Resources"]["Scan"]))
        scan["Properties"]["Role"] = {"Fn::GetAtt": ["NoSuchRole", "Arn"]}
        broken = {**expanded, "Resources": {"Scan": scan}}
        assert any("NoSuchRole" in fault for fault in lint.lint(broken))

    def test_nothing_names_a_partition_or_an_account(self, expanded: dict) -> None:
        """Arns and hosts use pseudo parameters; only service principals are written out."""
        found = [text for text in texts(expanded["Resources"]) if "arn:aws" in text or "000000000000" in text or "us-east-1" in text]
        assert found == []
        hosts = {text for text in texts(expanded["Resources"]) if "amazonaws.com" in text}
        assert hosts <= {f"{service}.amazonaws.com" for service in ("lambda", "apigateway", "cloudfront", "events")}

    def test_secrets_are_not_echoed(self, expanded: dict) -> None:
        hidden = {name for name, parameter in expanded["Parameters"].items() if parameter.get("NoEcho")}
        assert hidden == {"PlateKeys", "IdKey"}
        assert all("Default" not in expanded["Parameters"][name] for name in hidden)

    def test_two_fragments_may_not_give_one_value(self) -> None:
        whole = {"Resources": {"A": {"Type": "X"}}}
        join(whole, {"Resources": {"A": {"Type": "X"}, "B": {"Type": "Y"}}}, "same")
        assert whole["Resources"]["B"] == {"Type": "Y"}
        with pytest.raises(ValueError, match="other.Resources.A.Type is given twice"):
            join(whole, {"Resources": {"A": {"Type": "Z"}}}, "other")


class TestOtherEmulators:
    """The services that the stack is made of, by the template: asked for at start, and offered by the compose file that ships."""

    OF_TYPE = {"Cognito": "cognito-idp", "ApiGateway": "apigateway", "Events": "events", "CloudWatch": "cloudwatch"}

    def services(self, expanded: dict) -> set[str]:
        kinds = {found["Type"].split("::")[1] for found in expanded["Resources"].values()}
        actions = {action.split(":")[0] for role in of_type(expanded, "AWS::IAM::Role").values() for each in statements(role) for action in each["Action"]}
        return {self.OF_TYPE.get(kind, kind.lower()) for kind in kinds} | actions | {"cloudformation", "dynamodbstreams"}

    def test_the_compose_file_loads_them_all(self, expanded: dict) -> None:
        compose = yaml.safe_load((ROOT / "infra/localstack/compose.yml").read_text(encoding="utf-8"))
        assert set(compose["services"]["localstack"]["environment"]["SERVICES"].split(",")) == self.services(expanded) | {"sts"}

    def test_each_is_asked_for_at_start(self, expanded: dict) -> None:
        """Logs and alarms are made and never called: an endpoint without them still runs the chain."""
        assert set(emulator.PROBES) == self.services(expanded) - {"logs", "cloudwatch", "sts"}


class TestGatewayRefusals:
    """What the gateway answers without asking a function is a problem document too."""

    def test_each_is_a_problem_of_its_own_status(self, expanded: dict) -> None:
        told = expanded["Resources"]["RestAPI"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
        assert {"UNAUTHORIZED", "MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE", "DEFAULT_4XX", "DEFAULT_5XX"} <= set(told)
        for given in told.values():
            document = json.loads(given["responseTemplates"]["application/json"])
            assert str(document["status"]) == str(given["statusCode"]) and document["title"] and document["detail"].endswith("。")
            assert not set("$#") & set(given["responseTemplates"]["application/json"]), "the gateway would take it for a variable"
            assert given["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json; charset=utf-8'"

    def test_a_route_that_is_not_there_is_not_found_and_no_token_is_asked_for(self, expanded: dict) -> None:
        told = expanded["Resources"]["RestAPI"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
        assert [str(told[kind]["statusCode"]) for kind in ("UNAUTHORIZED", "MISSING_AUTHENTICATION_TOKEN")] == ["401", "404"]


class TestLeastPrivilege:
    def test_every_function_has_a_role_of_its_own(self, expanded: dict) -> None:
        roles = [json.dumps(function["Role"]) for function in of_type(expanded, "AWS::Lambda::Function").values()]
        assert len(roles) >= 6
        assert len(set(roles)) == len(roles)

    def test_no_role_reaches_everything(self, expanded: dict) -> None:
        for role in of_type(expanded, "AWS::IAM::Role").values():
            assert "ManagedPolicyArns" not in role
            for statement in statements(role):
                actions = statement["Action"]
                assert not any("*" in action for action in actions if action != BATCH_SENDING), actions
                for resource in statement["Resource"]:
                    assert resource != "*"
                    assert isinstance(resource, dict), "a resource of this stack, by reference"

    def test_wildcards_stand_only_behind_a_resource_of_this_stack(self, expanded: dict) -> None:
        for role in of_type(expanded, "AWS::IAM::Role").values():
            for statement in statements(role):
                for text in (text for resource in statement["Resource"] for text in texts(resource) if "*" in text):
                    own_logs = set(statement["Action"]) == LOG_ACTIONS and text.endswith("log-group:/aws/lambda/${AWS::StackName}-*")
                    own_tree = text.startswith("${FilesBucket.Arn}/") or text == "${EventsTable.Arn}/stream/*"
                    assert own_logs or own_tree, text

    def test_the_scan_reads_one_card_and_nothing_else(self, expanded: dict) -> None:
        allowed = [
            statement
            for statement in statements(of_type(expanded, "AWS::IAM::Role")["ScanRole"])
            if set(statement["Action"]) != LOG_ACTIONS
        ]
        assert allowed == [{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [{"Fn::GetAtt": ["CardsTable", "Arn"]}]}]

    def test_the_log_is_append_only_for_everybody(self, expanded: dict) -> None:
        for name, role in of_type(expanded, "AWS::IAM::Role").items():
            for statement in statements(role):
                assert not any(action.endswith((":DeleteItem", ":BatchWriteItem", ":Scan")) for action in statement["Action"]), name
                if {"Fn::GetAtt": ["EventsTable", "Arn"]} in statement["Resource"]:
                    assert "dynamodb:UpdateItem" not in statement["Action"], name

    def test_only_the_api_the_importer_and_the_public_s_forms_append_events_the_shadow_to_its_district_alone(self, expanded: dict) -> None:
        events = {"Fn::GetAtt": ["EventsTable", "Arn"]}
        writers = {
            name
            for name, role in of_type(expanded, "AWS::IAM::Role").items()
            for statement in statements(role)
            if events in statement["Resource"] and "dynamodb:PutItem" in statement["Action"]
        }
        assert writers == {"ApiHandlerRole", "ImporterRole", "ReportRole", "ShadowRole"}
        (logged,) = (one for one in statements(of_type(expanded, "AWS::IAM::Role")["ShadowRole"]) if events in one["Resource"])
        assert logged["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["D:*"]}}


    def test_only_the_teller_publishes_to_the_topic(self, expanded: dict) -> None:
        """The local stack does not enforce rights on topics, so this is read from the roles."""
        publishers = {
            name
            for name, role in of_type(expanded, "AWS::IAM::Role").items()
            for statement in statements(role)
            if "sns:Publish" in statement["Action"]
        }
        assert publishers == {"TellRole"}


class TestSettings:
    def test_the_template_hands_over_every_setting_that_is_read(self, expanded: dict) -> None:
        read: set[str] = set()

        class Recording(dict):
            def get(self, key: str, default: str = "") -> str:
                read.add(key)
                return default

        read_settings(Recording())
        given = set().union(*(environment(function) for function in of_type(expanded, "AWS::Lambda::Function").values()))
        assert read <= given

    def test_every_function_has_the_common_ones(self, expanded: dict) -> None:
        for name, function in of_type(expanded, "AWS::Lambda::Function").items():
            assert EVERYBODY_NEEDS <= set(environment(function)), name

    def test_the_key_of_ids_is_with_the_api_and_the_importer_alone(self, expanded: dict) -> None:
        holders = {name for name, function in of_type(expanded, "AWS::Lambda::Function").items() if "ID_KEY" in environment(function)}
        assert holders == {"APIHandler", "Importer"}


def environment(function: dict) -> Mapping[str, object]:
    return function["Environment"]["Variables"]


@pytest.fixture(scope="module")
def declared(expanded: dict) -> dict[str, dict]:
    """Table without its prefix → properties."""
    found = of_type(expanded, "AWS::DynamoDB::Table").values()
    return {table["TableName"]["Fn::Sub"].removeprefix("${TablePrefix}-"): table for table in found}


class TestTables:
    def test_every_model_has_its_table(self, declared: dict[str, dict]) -> None:
        assert set(declared) == {model.Meta.table_name for model in tables.MODELS}

    @pytest.mark.parametrize("model", tables.MODELS, ids=lambda model: model.__name__)
    def test_keys_are_those_of_the_model(self, declared: dict[str, dict], model: type) -> None:
        table = declared[model.Meta.table_name]
        assert keys(table["KeySchema"]) == keys_of_attributes(model.get_attributes())

    @pytest.mark.parametrize("model", tables.MODELS, ids=lambda model: model.__name__)
    def test_indexes_are_those_of_the_model(self, declared: dict[str, dict], model: type) -> None:
        table = declared[model.Meta.table_name]
        in_template = {
            index["IndexName"]: (
                keys(index["KeySchema"]),
                set(index["Projection"].get("NonKeyAttributes", ())),
                index["Projection"]["ProjectionType"],
            )
            for index in table.get("GlobalSecondaryIndexes", ())
        }
        in_model = {}
        for schema in (index._get_schema() for index in model._indexes.values()):
            projection = schema["projection"]
            fields = set(projection.get("NonKeyAttributes", ()))
            in_model[schema["index_name"]] = (keys(schema["key_schema"]), fields, projection["ProjectionType"])
        assert in_template == in_model

    def test_every_table_is_protected_in_production(self, declared: dict[str, dict]) -> None:
        when_production = {"Fn::If": ["IsProduction", True, False]}
        for table in declared.values():
            assert table["BillingMode"] == "PAY_PER_REQUEST"
            assert table["DeletionProtectionEnabled"] == when_production
        # A copy that could be brought back would undo an erasure.
        erasable = {"persons", "accounts"}
        copied = [table["PointInTimeRecoverySpecification"] for name, table in declared.items() if name not in erasable]
        assert copied == [{"PointInTimeRecoveryEnabled": when_production}] * (len(declared) - len(erasable))
        assert not any("PointInTimeRecoverySpecification" in declared[name] for name in erasable)

    def test_only_the_log_streams(self, declared: dict[str, dict]) -> None:
        streams = {name: table.get("StreamSpecification") for name, table in declared.items()}
        assert streams == {**dict.fromkeys(declared), "events": {"StreamViewType": "NEW_IMAGE"}}


def keys(schema: list[dict]) -> dict[str, str]:
    return {part["KeyType"]: part["AttributeName"] for part in schema}


def keys_of_attributes(attributes: Mapping[str, object]) -> dict[str, str]:
    """Key type → name; several of one type would be a mistake of the model and show as a difference."""
    roles = [("HASH", a.attr_name) for a in attributes.values() if a.is_hash_key]
    return dict(roles + [("RANGE", a.attr_name) for a in attributes.values() if a.is_range_key])


class TestStreamAndQueues:
    def test_the_stream_loses_nothing(self, expanded: dict) -> None:
        (mapping,) = [
            found for found in of_type(expanded, "AWS::Lambda::EventSourceMapping").values() if found["FunctionName"] == {"Ref": "Regrade"}
        ]
        assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["EventsTable", "StreamArn"]}
        assert mapping["StartingPosition"] == "TRIM_HORIZON"
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["BisectBatchOnFunctionError"] is True
        assert mapping["MaximumRetryAttempts"] == 5
        assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": ["RegradeDeadLetters", "Arn"]}}}

    def test_a_parameter_switches_the_stream(self, expanded: dict) -> None:
        """``Enabled`` by condition: a reference to the text "false" would be true."""
        mappings = of_type(expanded, "AWS::Lambda::EventSourceMapping").values()
        assert {"Fn::If": ["IsStreamEnabled", True, False]} in [mapping.get("Enabled") for mapping in mappings]

    def test_a_township_in_work_is_not_handed_out_again(self, expanded: dict) -> None:
        for queue, function in (("MonthQueue", "MonthTownship"), ("NoticeQueue", "Tell")):
            visible_s = of_type(expanded, "AWS::SQS::Queue")[queue]["VisibilityTimeout"]
            assert visible_s >= 6 * of_type(expanded, "AWS::Lambda::Function")[function]["Timeout"]

    def test_nothing_is_dropped_in_silence(self, expanded: dict) -> None:
        watched = {json.dumps(alarm["Dimensions"][0]["Value"]) for alarm in of_type(expanded, "AWS::CloudWatch::Alarm").values()}
        for queue in ("RegradeDeadLetters", "MonthDeadLetters", "NoticeDeadLetters"):
            assert json.dumps({"Fn::GetAtt": [queue, "QueueName"]}) in watched
        assert all(alarm["AlarmActions"] == [{"Ref": "Notices"}] for alarm in of_type(expanded, "AWS::CloudWatch::Alarm").values())


class TestSchedules:
    """EventBridge counts in UTC; the rules are about Shanghai's days."""

    def test_the_months_clock_looks_after_midnight_and_after_the_freeze_hour(self, expanded: dict) -> None:
        fired = [instant.astimezone(clock.SHANGHAI) for instant in fires(schedule(expanded, "MonthStart"), date(2020, 2, 27), date(2020, 3, 2))]
        assert [local.strftime("%m-%d %H:%M") for local in fired] == [
            "02-27 18:30", "02-28 00:30", "02-28 18:30", "02-29 00:30", "02-29 18:30", "03-01 00:30", "03-01 18:30", "03-02 00:30",
        ]  # fmt: skip

    def test_the_sweep_runs_once_on_every_shanghai_day(self, expanded: dict) -> None:
        fired = list(fires(schedule(expanded, "Sweep"), date(2020, 2, 27), date(2020, 3, 2)))
        days = [clock.day_of(instant) for instant in fired]
        assert days == [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1), date(2020, 3, 2)]
        assert {instant.astimezone(clock.SHANGHAI).strftime("%H:%M") for instant in fired} == {"00:05"}

    def test_the_first_look_of_a_month_is_on_its_first_day(self, expanded: dict) -> None:
        firsts = [instant for instant in fires(schedule(expanded, "MonthStart"), date(2020, 1, 30), date(2020, 2, 1)) if instant.hour == 16]
        assert [clock.month_of(clock.day_of(instant)) for instant in firsts] == ["2020-01", "2020-02"]
        assert clock.month_of(clock.day_of(firsts[1] - timedelta(minutes=31))) == "2020-01"


def schedule(expanded: dict, function: str) -> str:
    rules = of_type(expanded, "AWS::Events::Rule").values()
    (expression,) = [rule["ScheduleExpression"] for rule in rules if rule["Targets"][0]["Arn"] == {"Fn::GetAtt": [function, "Arn"]}]
    return expression


def fires(expression: str, first: date, end: date) -> Iterator[datetime]:
    """The instants of ``cron(minute hours * * ? *)`` from one UTC day up to another."""
    minute, hour, day_of_month, month, day_of_week, year = expression.removeprefix("cron(").removesuffix(")").split()
    assert (day_of_month, month, day_of_week, year) == ("*", "*", "?", "*")
    day = first
    while day < end:
        for each in hour.split(","):
            yield datetime(day.year, day.month, day.day, int(each), int(minute), tzinfo=UTC)
        day += timedelta(days=1)


class TestDoors:
    def test_plates_are_read_by_anybody_and_only_read(self, template: dict) -> None:
        definition = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
        scan = definition["paths"]["/C/{token}"]
        assert set(scan) == {"get", "head"}
        for method in scan.values():
            assert "security" not in method
            assert "${Scan.Arn}" in method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]

    def test_the_stage_is_named_as_the_cdn_path(self, template: dict) -> None:
        api = template["Resources"]["RestAPI"]["Properties"]
        assert (api["StageName"], api["EndpointConfiguration"]) == ("api", "REGIONAL")

    def test_the_cdn_serves_the_public_tree_only(self, expanded: dict) -> None:
        config = of_type(expanded, "AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
        files = next(origin for origin in config["Origins"] if origin["Id"] == "files")
        assert files["OriginPath"] == "/public"
        (policy,) = of_type(expanded, "AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
            assert "AWS:SourceArn" in statement["Condition"]["StringEquals"]
        objects = [statement["Resource"] for statement in policy["PolicyDocument"]["Statement"] if statement["Action"] == "s3:GetObject"]
        assert objects == [{"Fn::Sub": "${FilesBucket.Arn}/public/*"}]

    def test_what_the_bucket_does_not_have_is_our_own_page_and_the_apis_refusals_stay_its_own(self, expanded: dict, template: dict) -> None:
        config = of_type(expanded, "AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
        (group,) = config["OriginGroups"]["Items"]
        assert ([member["OriginId"] for member in group["Members"]["Items"]], group["FailoverCriteria"]["StatusCodes"]["Items"]) == (["files", "lost"], [403, 404])
        assert "CustomErrorResponses" not in config, "they would be the API's as well"
        behaviours = {each.get("PathPattern", "/"): each for each in (config["DefaultCacheBehavior"], *config["CacheBehaviors"])}
        grouped = {path for path, each in behaviours.items() if each["TargetOriginId"] == {"Fn::If": ["HasLocalApiOrigin", "files", "site"]}}
        assert grouped == {"/", "/desk/*"} and all(set(behaviours[path]["AllowedMethods"]) == {"GET", "HEAD"} for path in grouped)
        (lost,) = [origin for origin in config["Origins"] if origin["Id"] == "lost"]
        assert lost["OriginPath"] == "/api/lost"
        methods = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]["/lost/{proxy+}"]
        for method in (methods["get"], methods["head"]):
            assert "security" not in method and method["x-amazon-apigateway-integration"]["type"] == "mock"
            told = method["x-amazon-apigateway-integration"]["responses"]["default"]
            assert told["statusCode"] == "404" and "没有找到这个页面" in told["responseTemplates"]["text/html"]

    def test_a_scan_page_is_cached_by_its_path_alone_and_for_a_minute_at_most(self, expanded: dict) -> None:
        config = of_type(expanded, "AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
        (scan,) = [behaviour for behaviour in config["CacheBehaviors"] if behaviour["PathPattern"] == "/C/*"]
        policy = of_type(expanded, "AWS::CloudFront::CachePolicy")[scan["CachePolicyId"]["Ref"]]["CachePolicyConfig"]
        assert (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"]) == (0, 0, 60)
        key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert [key[f"{part}Config"][f"{behaviour}Behavior"] for part, behaviour in (("Cookies", "Cookie"), ("Headers", "Header"), ("QueryStrings", "QueryString"))] == ["none"] * 3
        assert "OriginRequestPolicyId" not in scan and set(scan["AllowedMethods"]) == {"GET", "HEAD"}

    def test_the_bucket_is_private(self, expanded: dict) -> None:
        (bucket,) = of_type(expanded, "AWS::S3::Bucket").values()
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}

    def test_error_bodies_of_the_api_reach_the_visitor(self, expanded: dict) -> None:
        """An error page of the distribution would replace the API's own 403 and 404 answers too."""
        config = of_type(expanded, "AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
        assert "CustomErrorResponses" not in config
        for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
            assert behaviour["AllowedMethods"]
            policy = "DeskHeaders" if behaviour.get("PathPattern") == "/desk/*" else "SecurityHeaders"
            assert behaviour["ResponseHeadersPolicyId"] == {"Ref": policy}

    def test_the_desk_runs_no_script_but_its_own(self, expanded: dict) -> None:
        config = of_type(expanded, "AWS::CloudFront::ResponseHeadersPolicy")["DeskHeaders"]["ResponseHeadersPolicyConfig"]
        policy = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0]
        said = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
        assert said["default-src"] == ["'none'"]
        assert said["script-src"] == said["style-src"] == ["'self'"]
        assert said["connect-src"] == ["'self'", "${SignIn}", "https://${FilesBucket}.s3.${AWS::Region}.${AWS::URLSuffix}"]
        assert said["require-trusted-types-for"] == ["'script'"]

    def test_people_sign_in_by_code_alone_and_come_back_to_the_desk_alone(self, expanded: dict) -> None:
        (client,) = of_type(expanded, "AWS::Cognito::UserPoolClient").values()
        assert (client["AllowedOAuthFlows"], client["GenerateSecret"]) == (["code"], False)
        assert client["CallbackURLs"] == client["LogoutURLs"] == [{"Fn::Sub": "${PublicBaseUrl}/desk/"}]

    def test_nobody_changes_his_own_organisation(self, expanded: dict) -> None:
        (client,) = of_type(expanded, "AWS::Cognito::UserPoolClient").values()
        assert not any(attribute.startswith("custom:") for attribute in client["WriteAttributes"])
        assert {"custom:organisation", "custom:certificate"} <= set(client["ReadAttributes"])

    def test_the_groups_are_the_roles(self, expanded: dict) -> None:
        groups = {group["GroupName"] for group in of_type(expanded, "AWS::Cognito::UserPoolGroup").values()}
        assert groups == {"enterprise", "township", "district", "expert", "admin"}


@pytest.fixture(scope="module")
def oidc(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return lint.expand(build(tmp_path_factory.mktemp("oidc"), local=True, identity="oidc").template())


class TestAnotherProvider:
    def test_it_is_clean_and_what_the_china_regions_lack_is_known(self, oidc: dict) -> None:
        """It holds there too but for the CDN, which needs a variant of its own."""
        faults = lint.lint(oidc, (lint.PLACEHOLDER_REGION, "cn-north-1"))
        assert {fault.split()[1] for fault in faults} == {"Resources/FilesAccess/Type", "Resources/Router/Type"}
        assert all("cn-north-1" in fault and lint.PLACEHOLDER_REGION not in fault for fault in faults)

    def test_it_has_no_user_pool(self, oidc: dict) -> None:
        assert not [name for name, found in oidc["Resources"].items() if found["Type"].startswith("AWS::Cognito")]

    def test_the_functions_know_the_issuer(self, oidc: dict) -> None:
        for function in of_type(oidc, "AWS::Lambda::Function").values():
            variables = environment(function)
            assert (variables["IDENTITY"], variables["OIDC_ISSUER"]) == ("oidc", {"Ref": "OidcIssuer"})
            assert variables["OIDC_AUDIENCE"] == {"Ref": "OidcAudience"}


def test_the_fragments_alone_name_every_function_of_the_application(template: dict) -> None:
    """A fragment for a function that app.py lost would merge into a resource without a type."""
    assert all("Type" in resource for resource in template["Resources"].values())
    assert set(functions(template)) >= {
        name for name in load_fragments("cognito")["Resources"] if name in ("APIHandler", "Regrade", "MonthStart", "MonthTownship")
    }


def test_the_stage_in_service_sets_what_the_template_knows_and_no_secret(template: dict) -> None:
    given = read_parameters([Path(__file__).parents[2] / "infra/stages/production.toml"], [])
    assert set(given) <= set(template["Parameters"]) - {"PlateKeys", "IdKey"}
    assert (given["Production"], given["StreamEnabled"]) == ("true", "true")
    assert given.get("Today", "") == "", "only a demo has a day of its own"


def test_the_tables_stand_alone() -> None:
    """``tables.yml`` is a template by itself: the storage tests deploy nothing else."""
    import yaml

    alone = yaml.safe_load((Path(__file__).parents[2] / "infra/template/tables.yml").read_text(encoding="utf-8"))
    assert {resource["Type"] for resource in alone["Resources"].values()} == {"AWS::DynamoDB::Table"}
    assert lint.lint(alone) == []
