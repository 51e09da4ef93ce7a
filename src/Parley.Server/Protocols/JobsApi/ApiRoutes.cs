using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Parley.Server.Protocols.JobsApi;

/// <summary>Answers one request; throws <see cref="ProblemException"/> for what it refuses.</summary>
internal delegate Task ApiHandler(ApiRequest request);

/// <summary>Who may call a route.</summary>
internal enum ApiAccess
{
    /// <summary>Users where authentication is on, everybody elsewhere.</summary>
    Users,

    /// <summary>Everybody, always; the request has no user.</summary>
    Everybody,
}

/// <summary>
/// The routes of the API. Paths are below <see cref="Root"/>, with parameters such as <c>/jobs/{id}</c>. A path that is there answers other methods
/// with 405 by itself. Not safe for concurrent use: routes are added before the server starts.
/// </summary>
internal sealed class ApiRoutes
{
    /// <summary>What all paths begin with.</summary>
    public const string Root = "/api/v1";

    private readonly RouteGroupBuilder _group;
    private readonly ApiGuard _guard;
    private readonly SortedDictionary<string, List<string>> _methods = new(StringComparer.Ordinal);

    public ApiRoutes(IEndpointRouteBuilder routes, ApiGuard guard)
    {
        (_group, _guard) = (routes.MapGroup(Root), guard);
        _group.Map("/{**path}", guard.Around(
            request => throw Problems.NotFound.Because($"There is no {Quoted.Text(request.Http.Request.Path)} here. {Root}/openapi.json lists all there is."), ApiAccess.Everybody));
    }

    /// <summary>Every path below <see cref="Root"/> with its methods, as they were added.</summary>
    public IReadOnlyDictionary<string, List<string>> All => _methods;

    /// <summary>Adds a route that reads. HEAD is answered like GET, without the body.</summary>
    public void Get(string path, ApiHandler handler, ApiAccess access = ApiAccess.Users)
    {
        Map(HttpMethods.Get, path, handler, access);
        _group.MapMethods(path, [HttpMethods.Head], _guard.Around(handler, access));
    }

    public void Post(string path, ApiHandler handler, ApiAccess access = ApiAccess.Users) => Map(HttpMethods.Post, path, handler, access);

    public void Delete(string path, ApiHandler handler, ApiAccess access = ApiAccess.Users) => Map(HttpMethods.Delete, path, handler, access);

    /// <summary>Adds a route of any method, and of that method alone.</summary>
    public void Map(string method, string path, ApiHandler handler, ApiAccess access = ApiAccess.Users)
    {
        if (!_methods.TryGetValue(path, out List<string>? methods))
        {
            methods = _methods[path] = [];
            _group.Map(path, _guard.Around(request => throw NotAllowed(request.Http, methods), ApiAccess.Everybody));
        }

        methods.Add(method);
        _group.MapMethods(path, [method], _guard.Around(handler, access));
    }

    private static ProblemException NotAllowed(HttpContext http, List<string> methods)
    {
        http.Response.Headers.Allow = string.Join(", ", methods);
        return Problems.MethodNotAllowed.Because($"{Quoted.Text(http.Request.Method)} is not answered here. Use {string.Join(" or ", methods)}.");
    }
}
