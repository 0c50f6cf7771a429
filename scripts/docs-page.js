window.ui = window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  // Does not store the key in the browser.
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
