using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>database</c>.</summary>
internal static class DatabaseKeys
{
    /// <summary>Names the directory of the database; the file keeps its name.</summary>
    public const string DirectoryVariable = "FUNASR_DATA_DIR";

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Directory("database.path", "", o => o.Database.Path, (o, v) => o with { Database = o.Database with { Path = v } }) with { Expected = "a file" },
        Int("database.max_cache_days", "FUNASR_MAX_CACHE_DAYS", 1, 36_500, o => o.Database.MaxCacheDays, (o, v) => o with { Database = o.Database with { MaxCacheDays = v } }) with { IsLive = true },
        Int("database.max_cache_count", "FUNASR_MAX_CACHE_COUNT", int.MinValue, int.MaxValue, o => o.Database.MaxCacheCount, (o, v) => o with { Database = o.Database with { MaxCacheCount = v } })
            with { IsLive = true, Expected = "a whole number, 0 or less for no limit" },
        Int("database.max_cache_mb", "FUNASR_MAX_CACHE_MB", 0, int.MaxValue, o => o.Database.MaxCacheMb, (o, v) => o with { Database = o.Database with { MaxCacheMb = v } }) with { IsLive = true },
    ];
}
