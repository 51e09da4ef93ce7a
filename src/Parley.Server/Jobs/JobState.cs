namespace Parley.Server.Jobs;

/// <summary>Where a job stands. The last four are final.</summary>
internal enum JobState
{
    Pending,
    Processing,
    Completed,
    Failed,
    Cancelled,
    TimedOut,
}

/// <summary>What became of a job, for those who count and those who retry.</summary>
internal enum JobFault
{
    /// <summary>The recording cannot be read; never retried.</summary>
    Audio,

    /// <summary>A model run failed, or a model file is broken.</summary>
    Model,

    /// <summary>The worker died, hung or grew beyond its memory.</summary>
    Worker,

    /// <summary>The job ran longer than it may.</summary>
    Timeout,

    /// <summary>Anything else of ours.</summary>
    Internal,
}
