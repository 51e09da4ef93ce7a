using System.Text;

namespace Parley.Server.Tests.EndToEnd;

/// <summary>Messages that nobody means well with.</summary>
internal static class HostileFrames
{
    private static readonly string[] Types =
    [
        "auth", "ping", "upload_request", "upload_data", "upload_chunk", "finalize_upload", "task_status", "task_status_batch", "cancel_task", "", "connected", "\u0000", "日本",
    ];

    private static readonly string[] Fields =
    [
        "task_id", "file_name", "file_size", "file_hash", "file_data", "chunk_data", "chunk_index", "chunk_hash", "total_chunks", "chunk_size", "upload_mode", "output_format",
        "force_refresh", "task_ids", "engine", "language", "diarize", "word_align", "token", "data", "type",
    ];

    /// <summary>Frames that were thought of, each with the trouble it wants to make.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "", " ", "null", "[]", "42", "\"text\"", "{", "{\"type\":", "{\"type\":\"ping\",}", "{\"type\":42}", "{\"type\":null,\"data\":{}}", "{\"data\":{}}",
        "{\"type\":\"ping\",\"data\":null}", "{\"type\":\"ping\",\"data\":[]}", "{\"type\":\"ping\",\"data\":\"x\"}", "{\"type\":\"nonsense\",\"data\":{}}",
        "{\"type\":\"task_status\",\"data\":{\"task_id\":{}}}", "{\"type\":\"task_status\",\"data\":{\"task_id\":\"../../etc/passwd\"}}",
        "{\"type\":\"task_status\",\"data\":{\"task_id\":\"\\u0000\"}}", "{\"type\":\"task_status\",\"data\":{\"task_id\":\"\\ud800\"}}",
        "{\"type\":\"task_status_batch\",\"data\":{\"task_ids\":{}}}", "{\"type\":\"task_status_batch\",\"data\":{\"task_ids\":[null,1,[],{\"a\":1},\"x\"]}}",
        "{\"type\":\"upload_request\",\"data\":{\"file_name\":\"../../../a.wav\",\"file_size\":1e400,\"file_hash\":\"0\"}}",
        "{\"type\":\"upload_request\",\"data\":{\"file_name\":\"a.wav\",\"file_size\":99999999999999999999999999,\"file_hash\":\"00000000000000000000000000000000\"}}",
        "{\"type\":\"upload_request\",\"data\":{\"file_name\":\"a.wav\",\"file_size\":-1,\"file_hash\":\"00000000000000000000000000000000\"}}",
        "{\"type\":\"upload_request\",\"data\":{\"file_name\":\"a.wav\\u0000.exe\",\"file_size\":10,\"file_hash\":\"00000000000000000000000000000000\"}}",
        "{\"type\":\"upload_request\",\"data\":{\"file_name\":\"a.wav\",\"file_size\":10,\"file_hash\":\"00000000000000000000000000000000\",\"upload_mode\":\"chunked\",\"total_chunks\":2147483648}}",
        "{\"type\":\"upload_request\",\"data\":{\"file_name\":\"a.wav\",\"file_size\":10,\"file_hash\":\"00000000000000000000000000000000\",\"upload_mode\":\"chunked\",\"total_chunks\":1,\"chunk_size\":-5}}",
        "{\"type\":\"upload_data\",\"data\":{\"task_id\":\"x\",\"file_data\":\"!!!!\"}}", "{\"type\":\"upload_data\",\"data\":{\"file_data\":\"AAAA\"}}",
        "{\"type\":\"upload_chunk\",\"data\":{\"task_id\":\"x\",\"chunk_index\":-1,\"chunk_data\":\"AAAA\"}}",
        "{\"type\":\"upload_chunk\",\"data\":{\"task_id\":\"x\",\"chunk_index\":\"one\",\"chunk_data\":\"AAAA\"}}",
        "{\"type\":\"cancel_task\",\"data\":{\"task_id\":[]}}", "{\"type\":\"finalize_upload\",\"data\":{}}", "{\"type\":\"auth\",\"token\":\"x\"}",
        "{\"type\":\"ping\",\"type\":\"upload_data\",\"data\":{},\"data\":{\"file_data\":\"AAAA\"}}",
        new string('[', 5000) + new string(']', 5000),
        "{\"type\":\"ping\",\"data\":" + string.Concat(Enumerable.Repeat("{\"a\":", 3000)) + "1" + new string('}', 3000) + "}",
        "{\"type\":\"ping\",\"data\":{\"x\":\"" + new string('a', 3_000_000) + "\"}}",
        "{\"type\":\"upload_data\",\"data\":{\"task_id\":\"" + new string('1', 2_000_000) + "\",\"file_data\":\"AAAA\"}}",
        "{\"type\":\"upload_data\",\"data\":{\"task_id\":\"nobody\",\"file_data\":\"" + new string('A', 4_000_000) + "\"}}",
    ];

    /// <summary>A frame that looks a little like a good one.</summary>
    public static string Random(Random random)
    {
        if (random.Next(3) == 0)
            return Known[random.Next(Known.Count)];
        StringBuilder frame = new($"{{\"type\":\"{Types[random.Next(Types.Length)]}\",\"data\":{{");
        int fields = random.Next(6);
        for (int i = 0; i < fields; i++)
            frame.Append(i > 0 ? "," : "").Append($"\"{Fields[random.Next(Fields.Length)]}\":{Value(random, depth: 0)}");
        frame.Append("}}");
        if (random.Next(4) == 0 && frame.Length > 2)
            frame.Length = random.Next(1, frame.Length);
        if (random.Next(6) == 0)
            frame[random.Next(frame.Length)] = (char)random.Next(1, 127);
        return frame.ToString();
    }

    private static string Value(Random random, int depth) => random.Next(12) switch
    {
        0 => "null",
        1 => "true",
        2 => random.NextInt64(long.MinValue, long.MaxValue).ToString(),
        3 => $"{random.Next()}e{random.Next(-400, 400)}",
        4 => "\"\"",
        5 => "\"../../" + new string('x', random.Next(300)) + "\"",
        6 => "\"\\ud83d\"",
        7 => "\"\\u0000\\n\\\\\"",
        8 when depth < 8 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))) + "]",
        9 when depth < 8 => "{" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(i => $"\"k{i}\":{Value(random, depth + 1)}")) + "}",
        10 => "\"" + Convert.ToBase64String(new byte[random.Next(2000)]) + "\"",
        _ => "\"" + Guid.NewGuid() + "\"",
    };
}
