// Shows the document of the surface that the page names. It stands below the page's own address, so that the page of an
// access code reads what that code opens.
const place = document.getElementById("document");
const page = location.pathname.replace(/\/+$/, "");
SwaggerUIBundle({
  url: `${page}/openapi/${place.dataset.surface}.json`,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: false,
  // Nothing is sent anywhere else.
  validatorUrl: null,
  persistAuthorization: false,
});
