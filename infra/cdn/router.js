// CloudFront Function (viewer request): a plate's address goes to the API's stage, a directory to its index page.
// /C/ without a token is a mistyped plate: the scan function says so in words.
// Plates carry /C/<token> without the stage because every character makes the printed code denser.
// An address outside the site's few rooms is answered here: the bucket would answer a visitor with an error in XML.
var SERVED = ['api', 'C'];
var ROOMS = ['index', 'map', 'desk', 'en', 'changes'];
var PAGES = ['', 'index.html', 'method.html', 'privacy.html', 'verify.html', 'styles.css', 'icon.svg', 'robots.txt', 'favicon.ico'];
var LOST = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<title>没有找到</title><body style="font:18px/1.7 system-ui,sans-serif;max-width:32em;margin:12vh auto;padding:0 20px;color:#14202b">' +
  '<main><h1 style="font-size:1.6em">没有找到这个页面</h1><p>网址可能有误，或页面已移走。扫描码牌请直接对准二维码，不必手工输入。</p>' +
  '<p><a href="/">回到首页</a></p></main>';
// What is answered here passes no policy of the distribution.
var LOST_HEADERS = {
  'content-type': { value: 'text/html; charset=utf-8' },
  'cache-control': { value: 'public, max-age=60' },
  'content-security-policy': { value: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
  'x-content-type-options': { value: 'nosniff' },
  'x-frame-options': { value: 'DENY' },
  'referrer-policy': { value: 'no-referrer' },
  'permissions-policy': { value: 'camera=(), geolocation=(), microphone=()' },
  'x-robots-tag': { value: 'noindex' }
};

function moved(place) {
  return { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: { value: place } } };
}

function handler(event) {
  var request = event.request;
  var uri = request.uri;
  var parts = uri.split('/');
  var last = parts[parts.length - 1];
  if (uri === '/changes/') {
    return moved('/changes/index.json');
  }
  if (ROOMS.indexOf(parts[1]) >= 0 && last && last.indexOf('.') < 0) {
    return moved(uri + '/');
  }
  if (parts.length === 2 ? PAGES.indexOf(parts[1]) < 0 : ROOMS.concat(SERVED).indexOf(parts[1]) < 0) {
    return {
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: LOST_HEADERS,
      body: { encoding: 'text', data: LOST }
    };
  }
  if (parts[1] === 'C') {
    request.uri = '/api' + (uri === '/C/' ? '/C/-' : uri);
  } else if (uri.charAt(uri.length - 1) === '/') {
    request.uri = uri + 'index.html';
  }
  return request;
}
