// CloudFront Function (viewer request): a plate's address goes to the API's stage, a directory to its index page.
// Plates carry /C/<token> without the stage because every character makes the printed code denser.
// An address outside the site's few rooms is answered here: the bucket would answer a visitor with an error in XML.
var ROOMS = ['api', 'C', 'index', 'map', 'desk', 'en'];
var PAGES = ['', 'index.html', 'method.html', 'privacy.html', 'verify.html', 'styles.css', 'icon.svg', 'robots.txt', 'favicon.ico'];
var LOST = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<title>没有找到</title><body style="font:18px/1.7 system-ui,sans-serif;max-width:32em;margin:12vh auto;padding:0 20px;color:#14202b">' +
  '<h1 style="font-size:1.6em">没有找到这个页面</h1><p>网址可能有误，或页面已移走。扫描码牌请直接对准二维码，不必手工输入。</p>' +
  '<p><a href="/">首页</a> · <a href="/index/">发展指数</a> · <a href="/map/">风险图</a></p>';

function handler(event) {
  var request = event.request;
  var uri = request.uri;
  var parts = uri.split('/');
  if (parts.length === 2 && (parts[1] === 'index' || parts[1] === 'map' || parts[1] === 'desk' || parts[1] === 'en')) {
    return { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: { value: uri + '/' } } };
  }
  if (parts.length === 2 ? PAGES.indexOf(parts[1]) < 0 : ROOMS.indexOf(parts[1]) < 0) {
    return {
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: { 'content-type': { value: 'text/html; charset=utf-8' }, 'cache-control': { value: 'public, max-age=60' } },
      body: { encoding: 'text', data: LOST }
    };
  }
  if (parts[1] === 'C') {
    request.uri = '/api' + uri;
  } else if (uri.charAt(uri.length - 1) === '/') {
    request.uri = uri + 'index.html';
  }
  return request;
}
