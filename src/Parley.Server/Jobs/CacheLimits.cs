using Parley.Server.Configuration;

namespace Parley.Server.Jobs;

/// <summary>What the options say about age.</summary>
internal static class CacheLimits
{
    /// <summary>Results from before this are dropped; null when none is for its age.</summary>
    public static DateTimeOffset? OldestKept(this DatabaseOptions options, DateTimeOffset now)
        => options.MaxCacheDays > 0 ? now - TimeSpan.FromDays(options.MaxCacheDays) : null;
}
