using Microsoft.AspNetCore.Http;
using Parley.Server.Jobs;

namespace Parley.Server.Protocols.OpenAi;

/// <summary>What becomes of jobs, as errors of this door. Pure.</summary>
internal static class JobErrors
{
    /// <summary>The queue did not take the job; null when it did.</summary>
    public static OpenAiError? Of(SubmitOutcome outcome) => outcome switch
    {
        SubmitOutcome.QueueFull full => new OpenAiError(
            StatusCodes.Status429TooManyRequests,
            OpenAiError.RateLimit,
            $"The queue is full: {full.QueueSize} of {full.MaxQueueSize} recordings wait. Try again in {full.RetryAfterSeconds} s.",
            Code: "rate_limit_exceeded")
        {
            RetryAfterSeconds = Math.Max(1, full.RetryAfterSeconds),
        },
        SubmitOutcome.Refused refused => OpenAiError.Stopping(refused.Message),
        _ => null,
    };

    /// <summary>The job ended without a result. The queue has tried again what was worth it.</summary>
    public static OpenAiError Of(JobStatus status) => (status.State, status.Fault) switch
    {
        (JobState.Failed, JobFault.Audio) => OpenAiError.Invalid("file", status.Error ?? "The file cannot be read as audio or video.", "invalid_file"),
        (JobState.TimedOut, _) => Final(status.Error ?? "The recording took longer than it may.", "timeout"),
        (JobState.Cancelled, _) => Final(status.Error ?? "The job was cancelled.", "cancelled"),
        (_, JobFault.Model) => Final(status.Error ?? "A model failed.", "model_error"),
        _ => Final(status.Error ?? "The job failed.", code: null),
    };

    /// <summary>The server goes away before the job has ended.</summary>
    public static OpenAiError Left { get; } = OpenAiError.Stopping("The server is stopping. The recording is kept and goes on when it is back; send it again then and you join it.");

    private static OpenAiError Final(string message, string? code)
        => new(StatusCodes.Status500InternalServerError, OpenAiError.ServerError, message, Code: code) { IsWorthRetrying = false };
}
