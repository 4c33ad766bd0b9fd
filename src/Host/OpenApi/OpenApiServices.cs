using Microsoft.OpenApi;

namespace ConcertReservation.Host.OpenApi;

/// <summary>The document at <c>/openapi/v1.json</c> and Swagger UI over it.</summary>
internal static class OpenApiServices
{
    private const string DocumentName = "v1";

    public static void AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(
            DocumentName,
            options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.CreateSchemaReferenceId = new SchemaNames().NameOf;
                options.AddSchemaTransformer(SchemaDocs.DescribeAsync);
                options.AddOperationTransformer(OperationDocs.DescribeAsync);
                options.AddDocumentTransformer(DocumentDocs.DescribeAsync);
            }
        );

    public static void MapApiDocument(this WebApplication app)
    {
        // The framework answers another name as text; without a route it is a problem document.
        app.MapOpenApi($"/openapi/{{documentName:regex(^{DocumentName}$)}}.json");
        app.MapGet("/", () => TypedResults.Redirect("/swagger")).ExcludeFromDescription();
        app.UseSwaggerUI(ui =>
        {
            ui.SwaggerEndpoint($"/openapi/{DocumentName}.json", DocumentDocs.Title);
            ui.DocumentTitle = DocumentDocs.Title;
            ui.EnablePersistAuthorization();
            ui.EnableTryItOutByDefault();
            ui.EnableDeepLinking();
            ui.DisplayRequestDuration();
            ui.DefaultModelsExpandDepth(-1);
        });
    }
}
