namespace Parley.Server.Hosting;

/// <summary>How far the server is in its life.</summary>
internal enum ServerPhase
{
    /// <summary>The port is bound; models load.</summary>
    Starting,

    /// <summary>Jobs are taken.</summary>
    Running,

    /// <summary>No more jobs are taken.</summary>
    Stopping,
}
