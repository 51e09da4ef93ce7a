using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Jobs;
using Parley.Server.Storage;
using Parley.Server.Tests.Jobs;
using Parley.Speakers;
using Parley.Transcripts;

namespace Parley.Server.Tests.Storage;

public sealed class OldCacheTests : IDisposable
{
    private const string Segments = """
        {"task_id":"t","file_name":"a.wav","duration":12.5,"processing_time":1.5,"speakers":["Speaker1","Speaker2"],"segments":[
        {"start_time":0.1,"end_time":3.0,"text":"你好，我们开始吧。","speaker":"Speaker1"},{"start_time":3.4,"end_time":5.12,"text":"好的。","speaker":"Speaker2"}]}
        """;

    private const string Raw = """
        [{"text":"all","sentence_info":[{"text":"你好，","start":110,"end":1130,"spk":0},{"text":" ","start":1130,"end":1140,"spk":0},
        {"text":"我们开始吧。","start":1200,"end":3000,"spk":0},{"text":"好的。","start":3400,"end":5120,"spk":1}]}]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-import-").FullName;

    private string Old => Path.Combine(_folder, "transcription_cache.db");

    [Fact]
    public async Task First_layout_is_imported_and_answers_json_and_srt()
    {
        Make(hasEngine: false, (JobsHarness.Md5("talk"), null, Segments, Raw), (JobsHarness.Md5("other"), null, Segments, null));
        using Database database = Database.Open(Path.Combine(_folder, "parley.db"), TimeProvider.System, NullLogger.Instance);
        ResultStore results = new(database);
        ImportReport report = await OldCacheImport.RunAsync(Old, results, null, DateTimeOffset.UtcNow, CancellationToken.None);
        (report.Imported, report.SkippedCount, report.Error).ShouldBe((2, 0, null));

        Transcript raw = Read(results, "talk")!;
        raw.Sentences.Select(sentence => (sentence.Text, sentence.StartMs, sentence.EndMs, sentence.Speaker)).ShouldBe(
            [("你好，", 110, 1130, "Speaker1"), ("我们开始吧。", 1200, 3000, "Speaker1"), ("好的。", 3400, 5120, "Speaker2")]);
        StringWriter json = new();
        TranscriptWriter.Write(raw, TranscriptFormat.Json, new TranscriptDocument { FileName = "talk.wav", CreatedAt = DateTimeOffset.UnixEpoch, Style = TranscriptStyle.Seeds }, json);
        json.ToString().ShouldContain("\"text\":\"你好，我们开始吧。\"");
        json.ToString().ShouldContain("\"duration\":12.5");
        Read(results, "other")!.Sentences.Select(sentence => sentence.Text).ShouldBe(["你好，我们开始吧。", "好的。"]);
    }

    [Fact]
    public async Task Hostile_rows_are_skipped_with_their_reasons()
    {
        string good = JobsHarness.Md5("good"), twice = JobsHarness.Md5("twice");
        Make(
            hasEngine: true,
            (good, "funasr", Segments, "{broken"),
            (twice, "qwen3", Segments.Replace("好的", "qwen"), null),
            (twice, "funasr", Segments, null),
            (JobsHarness.Md5("qwen"), "qwen3+wa:chi", """{"duration":2,"segments":[{"start_time":0,"end_time":1,"text":"hi","speaker":"张三","words":[{"text":"hi","start":0,"end":0.5,"confidence":null}]}]}""", null),
            (JobsHarness.Md5("1"), "qwen3+nospk", Segments, null),
            ("../../etc/passwd", "funasr", Segments, null),
            (JobsHarness.Md5("2"), "funasr", "{\"segments\":", null),
            (JobsHarness.Md5("3"), "funasr", "[1]", null),
            (JobsHarness.Md5("4"), "funasr", """{"segments":[{"start_time":5,"end_time":1,"text":"x"}]}""", null),
            (JobsHarness.Md5("5"), "funasr", """{"segments":[{"start_time":-1,"end_time":1e300,"text":"x"}]}""", null),
            (JobsHarness.Md5("6"), "funasr", """{"segments":[{"start_time":0,"end_time":1,"text":"\ud800"}]}""", null),
            (JobsHarness.Md5("7"), "funasr", new byte[] { 1, 2, 3 }, null),
            (JobsHarness.Md5("8"), "funasr", "[[[[" + new string('[', 1000), null),
            (5, 7, 1.5, null));
        using Database database = Database.Open(Path.Combine(_folder, "parley.db"), TimeProvider.System, NullLogger.Instance);
        ResultStore results = new(database);
        ImportReport report = await OldCacheImport.RunAsync(Old, results, null, DateTimeOffset.UtcNow, CancellationToken.None);

        report.Imported.ShouldBe(3);
        report.SkippedCount.ShouldBe(11, report.Reasons);
        report.Skipped.Keys.ShouldContain("no MD5");
        report.Skipped.Keys.ShouldContain("a part that ends before it starts");
        Read(results, "good")!.Sentences.Count.ShouldBe(2, "Broken raw output leaves the segments.");
        Read(results, "twice")!.Sentences[1].Text.ShouldBe("好的。", "funasr before others.");
        Transcript qwen = Read(results, "qwen")!;
        (qwen.Speakers.Single(), qwen.Sentences[0].Words.Single().EndMs).ShouldBe(("Speaker1", 500));
        results.Find(Key("good") with { TakeImported = false }).ShouldBeNull();
        results.Find(Key("good") with { Speakers = "2" }).ShouldBeNull();
    }

    [Fact]
    public async Task Server_whose_configuration_names_the_old_cache_takes_it_over_and_leaves_it_alone()
    {
        Make(hasEngine: true, (JobsHarness.Md5("talk"), "funasr", Segments, Raw));
        byte[] before = File.ReadAllBytes(Old);
        await using JobsHarness harness = new();
        harness.Clock.Jump(DateTimeOffset.UtcNow - harness.Clock.GetUtcNow());
        harness.Options = harness.Options with { Database = harness.Options.Database with { Path = Old } };
        await harness.OpenAsync();
        (await harness.Jobs.SubmitAsync(harness.Submission("talk"), CancellationToken.None)).ShouldBeOfType<SubmitOutcome.Completed>().Result.Transcript.Speakers.Count.ShouldBe(2);
        SubmitOutcome wish = await harness.Jobs.SubmitAsync(harness.Submission("talk", options: new JobOptions { Speakers = new SpeakerCount(Exact: 3) }), CancellationToken.None);
        wish.ShouldBeOfType<SubmitOutcome.Accepted>();
        File.ReadAllBytes(Old).ShouldBe(before);
        harness.Options = harness.Options with { Transcription = harness.Options.Transcription with { CacheCrossEngine = false } };
        (await harness.Jobs.FindResultAsync(Guid.NewGuid(), "x", JobsHarness.Md5("talk"), new JobOptions(), CancellationToken.None)).ShouldBeNull();
        await harness.CrashAsync();
    }

    [Fact]
    [Trait("Group", "e2e")]
    public async Task Command_imports_and_refuses_while_a_server_has_the_database()
    {
        Make(hasEngine: false, (JobsHarness.Md5("talk"), null, Segments, Raw), ("x", null, Segments, null));
        string data = Path.Combine(_folder, "srv");
        using (Database server = Database.Open(Path.Combine(data, "parley.db"), TimeProvider.System, NullLogger.Instance))
        {
            (int status, string text) = await RunAsync("import-cache", Old, "--data-dir", data);
            status.ShouldBe(1);
            text.ShouldContain("another Parley server has it open");
        }

        (int done, string output) = await RunAsync("import-cache", Old, "--data-dir", data);
        done.ShouldBe(0, output);
        output.ShouldContain("imported 1 results");
        output.ShouldContain("skipped 1 rows: no MD5");
        using Database database = Database.Open(Path.Combine(data, "parley.db"), TimeProvider.System, NullLogger.Instance);
        Read(new ResultStore(database), "talk").ShouldNotBeNull();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ResultKey Key(string content) => new(JobsHarness.Md5(content), null, 0, "", "m", TakeImported: true);

    private static Transcript? Read(ResultStore results, string content) => results.Find(Key(content)) is { } row ? TranscriptCodec.Decode(row.Transcript) : null;

    private static async Task<(int Status, string Text)> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [TestPaths.Program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await error);
    }

    private void Make(bool hasEngine, params (object Hash, object? Engine, object Result, object? Raw)[] rows)
    {
        using SqliteConnection connection = new($"Data Source={Old};Pooling=False");
        connection.Open();
        connection.Execute($"""
            CREATE TABLE transcription_cache (id INTEGER PRIMARY KEY AUTOINCREMENT, file_hash TEXT NOT NULL, file_name TEXT, result TEXT, raw_result TEXT,
            duration REAL, processing_time REAL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, accessed_at TIMESTAMP{(hasEngine ? ", engine TEXT NOT NULL DEFAULT 'funasr'" : "")})
            """);
        foreach ((object hash, object? engine, object result, object? raw) in rows)
        {
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText = $"INSERT INTO transcription_cache (file_hash, file_name, result, raw_result{(hasEngine ? ", engine" : "")}) VALUES ($hash, 'a.wav', $result, $raw{(hasEngine ? ", $engine" : "")})";
            insert.Parameters.AddWithValue("$hash", hash);
            insert.Parameters.AddWithValue("$result", result);
            insert.Parameters.AddWithValue("$raw", raw ?? DBNull.Value);
            if (hasEngine)
                insert.Parameters.AddWithValue("$engine", engine);
            insert.ExecuteNonQuery();
        }
    }
}
