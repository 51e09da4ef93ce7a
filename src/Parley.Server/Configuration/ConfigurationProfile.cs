namespace Parley.Server.Configuration;

/// <summary>A named set of values between the file and the environment.</summary>
/// <remarks>
/// The names are those of the seeds' server. Where its profiles choose an encoder of the engine qwen3, these choose a device, which is what that was for.
/// </remarks>
internal sealed record ConfigurationProfile(string Name, IReadOnlyList<(string Key, string Value)> Values)
{
    /// <summary>The environment variable that names one.</summary>
    public const string Variable = "FUNASR_PROFILE";

    public static IReadOnlyList<ConfigurationProfile> All { get; } =
    [
        new("mac_prod", [("server.port", "8767"), ("transcription.default_engine", "funasr"), ("transcription.max_concurrent_tasks", "1"), ("funasr.device", "auto")]),
        new("mac_dev", [("server.port", "8867"), ("transcription.default_engine", "funasr"), ("transcription.max_concurrent_tasks", "1"), ("funasr.device", "auto"), ("logging.level", "DEBUG")]),
        new("cuda_prod", [("server.port", "8767"), ("transcription.default_engine", "funasr"), ("transcription.max_concurrent_tasks", "1"), ("funasr.device", "cuda")]),
        new("cuda_dev", [("server.port", "8867"), ("transcription.default_engine", "funasr"), ("transcription.max_concurrent_tasks", "1"), ("funasr.device", "cuda"), ("logging.level", "DEBUG")]),
    ];

    public static ConfigurationProfile? Find(string name) => All.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase));
}
