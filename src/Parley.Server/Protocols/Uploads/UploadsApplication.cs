using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.Uploads;

/// <summary>Ties resumable uploads to the life of a web application.</summary>
internal static class UploadsApplication
{
    /// <summary>Takes up what the last life left. Whoever works on an upload when the application begins to stop, stops, too.</summary>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public static ResumableUploads OpenResumableUploads(
        this WebApplication application, ServerOptions options, IJobs jobs, UploadFiles files, ILoggerFactory loggers, TimeProvider clock)
    {
        ResumableUploads uploads = new(options, files, IsJob, clock, loggers.CreateLogger<ResumableUploads>());
        application.Lifetime.ApplicationStopping.Register(uploads.BeginStop);
        application.Lifetime.ApplicationStopped.Register(uploads.Dispose);
        return uploads;

        // Asked before the server listens: nobody waits for this thread.
        bool IsJob(Guid id) => jobs.FindAsync(id, CancellationToken.None).GetAwaiter().GetResult() is not null;
    }
}
