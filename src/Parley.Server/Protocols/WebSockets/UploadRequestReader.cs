using System.Text.Json;
using Parley.Asr;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Workers.Bundles;
using Parley.Speakers;

namespace Parley.Server.Protocols.WebSockets;

/// <summary>Checks an <c>upload_request</c>, in the order of the specification: format, fields and types, size, extension, mode.</summary>
internal static class UploadRequestReader
{
    /// <summary>Longest file name, in characters.</summary>
    public const int MaxFileName = 1024;

    /// <summary>Most chunks of one file: what is kept of an upload must stay small.</summary>
    public const int MaxChunks = 100_000;

    private const int MaxWord = 64;
    private const int Md5Digits = 32;
    private const int MaxSpeakers = 1000;
    private const int MaxPriority = 10;
    private const long DefaultChunkSize = 1 << 20;
    private const long MiB = 1 << 20;

    // The engines of funasr_spk_server: a server has one of them, and clients say which one they expect.
    private static readonly string[] EngineNames = ["funasr", "qwen3"];

    /// <summary>The announcement; null with the reason when it is refused.</summary>
    public static UploadAnnouncement? Read(JsonElement data, ServerOptions options, ServedBundles bundles, out Refusal? refusal)
    {
        DataReader reader = new(data);
        if (ReadFormat(data) is not { } format)
        {
            refusal = new Refusal(ErrorCodes.InvalidFormat, "不支持的输出格式: output_format must be json or srt");
            return null;
        }

        UploadAnnouncement announcement = ReadFields(reader, format, options.Transcription);
        string? engine = reader.Text("engine", MaxWord);
        refusal = reader.Problem is { } problem ? new Refusal(ErrorCodes.UploadError, problem) : CheckFile(announcement, options.Server);
        announcement = announcement with { Extension = ExtensionOf(announcement.FileName, options.Server) ?? string.Empty };
        if (refusal is null && ReadMode(data) is "chunked")
            announcement = ReadChunks(reader, announcement, out refusal);
        string? bundle = null;
        refusal ??= CheckEngine(engine?.Trim(), options.Transcription.DefaultEngine, bundles, out bundle);
        announcement = announcement with { Options = announcement.Options with { Bundle = bundle } };
        if (refusal is null && HotwordOffer.Problem(announcement.Options, bundles) is { } refused)
            refusal = new Refusal(ErrorCodes.UploadError, $"不支持热词: {refused}");
        return refusal is null ? announcement : null;
    }

    private static UploadAnnouncement ReadFields(DataReader reader, ResultFormat format, TranscriptionOptions defaults)
    {
        string? language = reader.Text("language", MaxWord)?.Trim();
        _ = reader.Boolean("word_align"); // Checked, then ignored: this engine aligns no words.
        return new UploadAnnouncement
        {
            FileName = reader.Text("file_name", MaxFileName, isRequired: true) ?? string.Empty,
            Extension = string.Empty,
            FileSize = reader.Integer("file_size", long.MinValue, long.MaxValue, isRequired: true) ?? 0,
            Md5 = reader.Text("file_hash", MaxWord, isRequired: true)?.ToLowerInvariant() ?? string.Empty,
            Priority = (int)(reader.Integer("priority", -MaxPriority, MaxPriority) ?? 0),
            Options = new JobOptions
            {
                Format = format,
                ForceRefresh = reader.Boolean("force_refresh") ?? false,
                Diarize = reader.Boolean("diarize") ?? true,
                Language = string.IsNullOrEmpty(language) ? null : language,
                Recognition = new RecognitionWish { Hotwords = reader.Words("hotwords"), Itn = reader.Boolean("itn") ?? defaults.Itn },
                Speakers = new SpeakerCount(
                    (int?)reader.Integer("num_speakers", 1, MaxSpeakers),
                    (int?)reader.Integer("min_speakers", 1, MaxSpeakers),
                    (int?)reader.Integer("max_speakers", 1, MaxSpeakers)),
            },
        };
    }

    private static Refusal? CheckFile(UploadAnnouncement announcement, ListenOptions options)
    {
        if (announcement.FileSize <= 0)
            return new Refusal(ErrorCodes.UploadError, $"参数错误: data.file_size must be positive, found {announcement.FileSize}");
        if (announcement.Md5.Length != Md5Digits || !announcement.Md5.All(char.IsAsciiHexDigit))
            return new Refusal(ErrorCodes.UploadError, "参数错误: data.file_hash must be the MD5 of the file in 32 hexadecimal digits");
        if (CheckSpeakers(announcement.Options.Speakers) is { } problem)
            return new Refusal(ErrorCodes.UploadError, problem);
        if (announcement.FileSize > options.MaxFileSizeMb * MiB)
            return new Refusal(ErrorCodes.FileTooLarge, $"文件过大: the limit is {options.MaxFileSizeMb}MB (server.max_file_size_mb)");
        return ExtensionOf(announcement.FileName, options) is not null
            ? null
            : new Refusal(ErrorCodes.InvalidFileType, $"不支持的文件类型: file_name must end with one of {string.Join(", ", options.AllowedExtensions)}");
    }

    private static string? CheckSpeakers(SpeakerCount speakers)
    {
        if (speakers.Min > speakers.Max)
            return "参数错误: data.min_speakers must not be above data.max_speakers";
        if (speakers.Exact < speakers.Min || speakers.Exact > speakers.Max)
            return "参数错误: data.num_speakers must lie between data.min_speakers and data.max_speakers";
        return null;
    }

    private static UploadAnnouncement ReadChunks(DataReader reader, UploadAnnouncement announcement, out Refusal? refusal)
    {
        long size = reader.Integer("chunk_size", 1, long.MaxValue) ?? DefaultChunkSize;
        long? count = reader.Integer("total_chunks", 1, MaxChunks, isRequired: true);
        string? problem = reader.Problem;
        long expected = ((announcement.FileSize - 1) / size) + 1;
        if (problem is null && count != expected)
            problem = $"参数错误: data.total_chunks must be {expected}, the file size divided by the chunk size and rounded up, found {count}";
        refusal = problem is null ? null : new Refusal(ErrorCodes.ChunkedUploadError, problem);
        return problem is null ? announcement with { Chunks = new ChunkPlan(size, (int)expected) } : announcement;
    }

    // Nothing, the engine, or a bundle that is served.
    private static Refusal? CheckEngine(string? engine, string ours, ServedBundles bundles, out string? bundle)
    {
        bundle = null;
        if (string.IsNullOrEmpty(engine) || string.Equals(engine, ours, StringComparison.Ordinal))
            return null;
        bool isEngine = EngineNames.Contains(engine, StringComparer.Ordinal);
        if (!isEngine && bundles.TryFind(engine, out bundle))
            return null;
        string mismatch = $"引擎不匹配: this server's engine is {ours}, the request asks for {Refusal.Quote(engine)}";
        return new Refusal(ErrorCodes.UploadError, isEngine ? mismatch : $"{mismatch}; it has the models {string.Join(", ", bundles.Names)}");
    }

    /// <summary>The extension of a name if it is allowed, lower case; null otherwise.</summary>
    public static string? ExtensionOf(string fileName, ListenOptions options)
    {
        string extension = Path.GetExtension(fileName);
        return options.AllowedExtensions.FirstOrDefault(allowed => string.Equals(allowed, extension, StringComparison.OrdinalIgnoreCase))?.ToLowerInvariant();
    }

    private static ResultFormat? ReadFormat(JsonElement data)
    {
        if (!DataReader.TryGet(data, "output_format", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return ResultFormat.Json;
        return value.ValueKind != JsonValueKind.String ? null : DataReader.TextOf(value) switch
        {
            "json" => ResultFormat.Json,
            "srt" => ResultFormat.Srt,
            _ => null,
        };
    }

    private static string? ReadMode(JsonElement data)
        => DataReader.TryGet(data, "upload_mode", out JsonElement mode) && mode.ValueKind == JsonValueKind.String ? DataReader.TextOf(mode) : null;
}
