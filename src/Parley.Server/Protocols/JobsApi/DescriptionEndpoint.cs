namespace Parley.Server.Protocols.JobsApi;

/// <summary><c>GET /openapi.json</c>: all routes, as an OpenAPI 3.1 document from inside the program. A test holds it against the routes.</summary>
internal sealed class DescriptionEndpoint : IApiEndpoints
{
    private readonly byte[] _document = Read();

    public void Map(ApiRoutes routes) => routes.Get("/openapi.json", ShowAsync, ApiAccess.Everybody);

    private async Task ShowAsync(ApiRequest request)
    {
        request.Http.Response.ContentType = "application/json";
        request.Http.Response.ContentLength = _document.Length;
        await request.Http.Response.Body.WriteAsync(_document, request.Aborted);
    }

    private static byte[] Read()
    {
        using Stream stream = typeof(DescriptionEndpoint).Assembly.GetManifestResourceStream($"{typeof(DescriptionEndpoint).Namespace}.openapi.json")!;
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
