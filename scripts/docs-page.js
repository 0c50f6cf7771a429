window.ui = window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  // A key is not left behind in the browser.
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
