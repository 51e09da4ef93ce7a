using System.Buffers;
using static Parley.Server.Configuration.Setting;

namespace Parley.Server.Configuration.Keys;

/// <summary>Section <c>server</c>.</summary>
internal static class ListenKeys
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Text("server.host", "FUNASR_SERVER_HOST", "an address or a host name", o => o.Server.Host, (o, v) => o with { Server = o.Server with { Host = v } }) with { Option = "--host" },
        Int("server.port", "FUNASR_SERVER_PORT", 1, 65535, o => o.Server.Port, (o, v) => o with { Server = o.Server with { Port = v } }) with { Option = "--port" },
        Int("server.max_connections", "FUNASR_SERVER_MAX_CONNECTIONS", 1, 100_000, o => o.Server.MaxConnections, (o, v) => o with { Server = o.Server with { MaxConnections = v } }),
        Int("server.max_file_size_mb", "FUNASR_SERVER_MAX_FILE_SIZE_MB", 1, 1_000_000, o => o.Server.MaxFileSizeMb, (o, v) => o with { Server = o.Server with { MaxFileSizeMb = v } }),
        List("server.allowed_extensions", "", "extensions such as .wav", Extension, o => o.Server.AllowedExtensions, (o, v) => o with { Server = o.Server with { AllowedExtensions = v } }),
        List("server.allowed_origins", "", "origins such as https://app.example.com", Origin, o => o.Server.AllowedOrigins, (o, v) => o with { Server = o.Server with { AllowedOrigins = v } }, mayBeEmpty: true) with { IsLive = true },
        Directory("server.temp_dir", "FUNASR_TEMP_DIR", o => o.Server.TempDir, (o, v) => o with { Server = o.Server with { TempDir = v } }),
        Directory("server.upload_dir", "FUNASR_UPLOAD_DIR", o => o.Server.UploadDir, (o, v) => o with { Server = o.Server with { UploadDir = v } }),
        Int("server.connection_timeout_seconds", "", 1, 86_400, o => o.Server.ConnectionTimeoutSeconds, (o, v) => o with { Server = o.Server with { ConnectionTimeoutSeconds = v } }),
        Int("server.heartbeat_interval_seconds", "", 1, 86_400, o => o.Server.HeartbeatIntervalSeconds, (o, v) => o with { Server = o.Server with { HeartbeatIntervalSeconds = v } }),
        Int("server.stop_grace_seconds", "FUNASR_STOP_GRACE_SECONDS", 0, 86_400, o => o.Server.StopGraceSeconds, (o, v) => o with { Server = o.Server with { StopGraceSeconds = v } }) with { IsLive = true },
        Int("server.min_free_disk_mb", "FUNASR_MIN_FREE_DISK_MB", 0, int.MaxValue, o => o.Server.MinFreeDiskMb, (o, v) => o with { Server = o.Server with { MinFreeDiskMb = v } }) with { IsLive = true },
        Int("server.keep_recordings_hours", "FUNASR_KEEP_RECORDINGS_HOURS", 0, 876_000, o => o.Server.KeepRecordingsHours, (o, v) => o with { Server = o.Server with { KeepRecordingsHours = v } }) with { IsLive = true },
        Int("server.resumable_upload_hours", "FUNASR_RESUMABLE_UPLOAD_HOURS", 1, 8760, o => o.Server.ResumableUploadHours, (o, v) => o with { Server = o.Server with { ResumableUploadHours = v } }),
    ];

    // As browsers spell it: scheme and host, the port where it is another than the scheme's, nothing behind.
    private static string? Origin(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri is { PathAndQuery: "/", Fragment: "", UserInfo: "", IdnHost.Length: > 0 }
            ? uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped).ToLowerInvariant()
            : null;

    private static string? Extension(string text)
    {
        string extension = text.ToLowerInvariant();
        if (extension.Length > 0 && !extension.StartsWith('.'))
            extension = "." + extension;
        return extension.Length is > 1 and <= 16 && extension.AsSpan(1).IndexOfAnyExcept(Letters) < 0 ? extension : null;
    }
}
