namespace Parley.Server.Protocols.JobsApi;

/// <summary>A group of routes: one class, one file, listed in <see cref="JobsApiDoor"/>.</summary>
internal interface IApiEndpoints
{
    /// <summary>Adds its routes.</summary>
    void Map(ApiRoutes routes);
}
