using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Reads small JSON bodies.</summary>
internal static class ApiBody
{
    /// <summary>The body, which must be a JSON object; the caller disposes it. No body at all counts as an empty object where <paramref name="mayBeMissing"/>.</summary>
    /// <exception cref="ProblemException">It is of another type, too large, or no JSON object.</exception>
    public static async Task<JsonDocument> ReadObjectAsync(HttpContext http, int maxBytes, bool mayBeMissing = false)
    {
        if (mayBeMissing && http.Request.ContentLength is 0 or null && http.Request.ContentType is null)
            return JsonDocument.Parse("{}");
        if (!http.Request.HasJsonContentType())
            throw Problems.UnsupportedMediaType.Because($"The content type is '{Quoted.Text(http.Request.ContentType)}'. Send a JSON object as application/json.");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = maxBytes;
        try
        {
            JsonDocument body = await JsonDocument.ParseAsync(http.Request.Body, new JsonDocumentOptions { AllowDuplicateProperties = false }, http.RequestAborted);
            if (body.RootElement.ValueKind == JsonValueKind.Object)
                return body;
            body.Dispose();
            throw Problems.InvalidJson.Because("The body must be a JSON object.");
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw Problems.BodyTooLarge.Because($"The body is larger than {maxBytes >> 10} KiB, which is the limit here.");
        }
        catch (JsonException error)
        {
            throw Problems.InvalidJson.Because($"The body is no JSON: {error.Message}");
        }
    }
}
