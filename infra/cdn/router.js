// CloudFront Function (viewer request): a plate's address goes to the API's stage, a directory to its index page.
// Plates carry /C/<token> without the stage because every character makes the printed code denser.
function handler(event) {
  var request = event.request;
  var uri = request.uri;
  if (uri.indexOf('/C/') === 0) {
    request.uri = '/api' + uri;
  } else if (uri.charAt(uri.length - 1) === '/') {
    request.uri = uri + 'index.html';
  }
  return request;
}
