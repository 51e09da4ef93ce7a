using System.Net;
using System.Text.Json;
using Parley.Audio;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Jobs;

namespace Parley.Server.Tests.JobsApi;

/// <summary>Real recordings through the real door; only the engine is a fake.</summary>
public sealed class RecordingTests
{
    [Fact]
    public async Task Recording_is_heard_in_ranges_as_what_it_is_and_drawn()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        byte[] sound = File.ReadAllBytes(TestPaths.Sample("hello.wav"));
        string job = await KeepAsync(harness, sound, "<b>.html");
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);

        HttpResponseMessage whole = await host.GetAsync($"/jobs/{job}/audio"), part = await host.GetAsync($"/jobs/{job}/audio", null, ("Range", "bytes=100-199"));
        (await whole.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(sound);
        whole.Content.Headers.ContentType!.MediaType.ShouldBe("audio/wav");
        whole.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        whole.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("sandbox;");
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        part.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes 100-199/{sound.Length}");
        (await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(sound[100..200]);
        (await host.GetAsync($"/jobs/{job}/audio", null, ("Range", $"bytes={sound.Length}-"))).StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        (await host.GetAsync($"/jobs/{job}/audio", null, ("If-None-Match", whole.Headers.ETag!.Tag))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        HttpResponseMessage head = await host.SendAsync(HttpMethod.Head, $"/jobs/{job}/audio");
        (head.StatusCode, head.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, sound.Length));

        JsonElement first = await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job}/waveform?points=40")), again = await ApiHost.JsonAsync(await host.GetAsync($"/jobs/{job}/waveform"));
        (first.GetProperty("peaks").GetArrayLength(), again.GetProperty("peaks").GetArrayLength()).ShouldBe((40, 1000));
        first.GetProperty("duration").GetDouble().ShouldBe((sound.Length - 44) / 32_000.0, 0.01);
        first.GetProperty("peaks").EnumerateArray().Max(peak => peak.GetDouble()).ShouldBeInRange(0.05, 1);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{job}/waveform?points=0"), Problems.InvalidRequest);
    }

    [Fact]
    public async Task What_browsers_do_not_play_is_copied_once_and_what_is_no_sound_is_never_shown()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        byte[] page = "<!DOCTYPE html><script>alert(1)</script>"u8.ToArray();
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        string html = await KeepAsync(harness, page, "page.wav");
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{html}/audio"), Problems.NotPlayable);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{html}/waveform"), Problems.NotPlayable);
        Directory.GetFiles(harness.Uploads).Length.ShouldBe(1, "Nothing half-made stays.");

        Assert.SkipWhen(FfmpegLocator.Find(new AudioOptions()) is null, "ffmpeg is not installed; it makes the copy.");
        string job = await KeepAsync(harness, Adpcm(), "talk.wav");
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.GetAsync($"/jobs/{job}/audio", null, ("Range", "bytes=4-7"))));
        foreach (HttpResponseMessage answer in answers)
        {
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.PartialContent, "audio/mp4"));
            (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("ftyp");
        }

        answers.Select(answer => answer.Headers.ETag!.Tag).Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(harness.Uploads, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public async Task Voices_are_grouped_anew_without_recognition_and_the_recording_gets_a_second_name()
    {
        await using JobsHarness harness = await JobsHarness.StartAsync();
        string job = await KeepAsync(harness, File.ReadAllBytes(TestPaths.Sample("hello.wav")), "talk.wav");
        await using ApiHost host = await ApiHost.StartAsync(harness.Jobs);
        HttpResponseMessage answer = await RegroupAsync(host, job, """{"num_speakers":3}""");
        JsonElement made = await ApiHost.JsonAsync(answer, HttpStatusCode.Accepted);
        Guid id = made.GetProperty("id").GetGuid();
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/jobs/{id}");
        (made.GetProperty("derived_from").GetString(), made.GetProperty("has_recording").GetBoolean(), made.GetProperty("options").GetProperty("num_speakers").GetInt32()).ShouldBe((job, true, 3));

        FakeWork work = await harness.Engine.NextAsync();
        (work.Order.AnalysisPath, work.Order.Speakers.Exact).ShouldBe((Directory.GetFiles(Path.Combine(harness.Folder, "data", "analyses")).Single(), 3));
        JobStatus old = (await harness.Jobs.FindAsync(Guid.Parse(job), CancellationToken.None))!;
        work.Complete();
        await Until.TrueAsync(() => harness.Jobs.FindAsync(id, CancellationToken.None).Result is { State: JobState.Completed }, "the new job completes");
        File.Delete(old.AudioPath);
        (await host.GetAsync($"/jobs/{id}/audio")).StatusCode.ShouldBe(HttpStatusCode.OK, "The bytes go with the last job that has them.");
        harness.Jobs.History(10).Select(entry => entry.IsFromAnalysis).ShouldBe([false, true]);

        // Without the recording the analysis suffices; without both there is nothing to be had.
        await ApiHost.JsonAsync(await RegroupAsync(host, job, """{"min_speakers":2,"max_speakers":4}"""), HttpStatusCode.Accepted);
        (await harness.Engine.NextAsync()).Complete();
        foreach (string analysis in Directory.GetFiles(Path.Combine(harness.Folder, "data", "analyses")))
            File.Delete(analysis);
        await ApiHost.ProblemAsync(await RegroupAsync(host, job, """{"num_speakers":5}"""), Problems.AnalysisGone);
        await ApiHost.ProblemAsync(await RegroupAsync(host, job, """{"num_speakers":2,"min_speakers":1}"""), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await RegroupAsync(host, job, """{"speakers":2}"""), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await host.GetAsync($"/jobs/{job}/audio"), Problems.NoRecording);
    }

    private static Task<HttpResponseMessage> RegroupAsync(ApiHost host, string job, string body)
        => host.SendAsync(HttpMethod.Post, $"/jobs/{job}/rediarize", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

    private static Task<string> KeepAsync(JobsHarness harness, byte[] bytes, string fileName) => EditTests.CompleteAsync(harness, change: job =>
    {
        File.WriteAllBytes(job.Audio.Path, bytes);
        return job with { KeepRecording = true, FileName = fileName, Audio = new StoredAudio(job.Audio.Path, JobsHarness.Md5(fileName), bytes.Length) };
    });

    // A WAV of IMA ADPCM, one channel: silence, in blocks of 256 bytes.
    private static byte[] Adpcm()
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        const int blocks = 40, blockBytes = 256, samplesPerBlock = 505;
        writer.Write("RIFF"u8);
        writer.Write(52 + (blocks * blockBytes));
        writer.Write("WAVEfmt "u8);
        writer.Write(20);
        writer.Write((short)0x11);
        writer.Write((short)1);
        writer.Write(16_000);
        writer.Write(16_000 * blockBytes / samplesPerBlock);
        writer.Write((short)blockBytes);
        writer.Write((short)4);
        writer.Write((short)2);
        writer.Write((short)samplesPerBlock);
        writer.Write("fact"u8);
        writer.Write(4);
        writer.Write(blocks * samplesPerBlock);
        writer.Write("data"u8);
        writer.Write(blocks * blockBytes);
        writer.Write(new byte[blocks * blockBytes]);
        return bytes.ToArray();
    }
}
