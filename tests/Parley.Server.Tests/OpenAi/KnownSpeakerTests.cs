using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Audio;
using Parley.Models;
using Parley.Server.Jobs;
using Parley.Server.Tests.Protocols;
using Parley.Server.Workers;
using Parley.Speakers;

namespace Parley.Server.Tests.OpenAi;

[Trait("Group", "e2e")]
public sealed class KnownSpeakerTests(LiveServer server) : IClassFixture<LiveServer>
{
    // The first turn of the sample, and a voice that does not speak in it.
    private static readonly string Host = Reference("interview.wav", 0.6, 6.5);
    private static readonly string Stranger = Reference("interview-heldout.wav", 1, 6);

    [Fact]
    public async Task A_known_voice_gets_its_name_and_a_stranger_is_not_forced_on_anybody()
    {
        AudioTranscriptionOptions options = new() { ResponseFormat = AudioTranscriptionFormat.Diarized };
        options.KnownSpeakerNames.Add("host");
        options.KnownSpeakerNames.Add("stranger");
        options.KnownSpeakerReferenceUris.Add(Host);
        options.KnownSpeakerReferenceUris.Add(Stranger);
        AudioClient client = new("gpt-4o-transcribe-diarize", new ApiKeyCredential("any"), new OpenAIClientOptions { Endpoint = server.BaseUrl, RetryPolicy = new ClientRetryPolicy(0) });

        DiarizedAudioTranscription diarized = await client.TranscribeAudioDiarizedAsync(TestPaths.Sample("interview.m4a"), options);
        DiarizedAudioTranscription again = await client.TranscribeAudioDiarizedAsync(TestPaths.Sample("interview.m4a"), new AudioTranscriptionOptions { ResponseFormat = AudioTranscriptionFormat.Diarized });

        diarized.Segments.Select(segment => segment.SpeakerLabel).Distinct(StringComparer.Ordinal).ShouldBe(["host", "A"]);
        again.Segments.Select(segment => segment.SpeakerLabel).Distinct(StringComparer.Ordinal).ShouldBe(["A", "B"]); // for that request alone
    }

    [Fact]
    public async Task References_lie_beside_the_recording_and_tell_its_work_from_others()
    {
        FakeJobs jobs = new();
        IReadOnlyList<VoiceSample>? stored = null;
        jobs.OnSubmit = submission =>
        {
            stored = VoiceSamples.Read(VoiceSamples.PathFor(submission.Audio.Path));
            return new SubmitOutcome.Completed(TestTranscripts.Result(submission.Id));
        };
        await using OpenAiHost host = await OpenAiHost.StartAsync(jobs);

        (await host.TranscribeAsync(OpenAiHost.Form(("known_speaker_names[]", "anna"), ("known_speaker_references[]", Host)))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await host.TranscribeAsync(OpenAiHost.Form(("known_speaker_names", "bert"), ("known_speaker_references", Host)))).StatusCode.ShouldBe(HttpStatusCode.OK);

        stored.ShouldNotBeNull().Single().Name.ShouldBe("bert");
        stored[0].Samples.Length.ShouldBe(2 * 16_000 * 59 / 10);
        jobs.Submissions.Select(job => SpeakerWish.Of(job.Options)).Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
        jobs.Submissions.ShouldAllBe(job => SpeakerWish.VoicesOf(SpeakerWish.Of(job.Options)) == job.Options.Voices && SpeakerWish.Parse(SpeakerWish.Of(job.Options)) == job.Options.Speakers);
        host.Leftovers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("anna", null, "known_speaker_names")]
    [InlineData("", "host", "known_speaker_names")]
    [InlineData("anna", "https://example.org/a.wav", "known_speaker_references")]
    [InlineData("anna", "data:audio/wav;base64,????", "known_speaker_references")]
    [InlineData("anna", "data:audio/wav;base64,bm8gYXVkaW8=", "known_speaker_references")]
    [InlineData("anna", "short", "known_speaker_references")]
    [InlineData("anna", "long", "known_speaker_references")]
    public async Task Wrong_references_are_named(string name, string? reference, string param)
    {
        await using OpenAiHost host = await OpenAiHost.StartAsync(new FakeJobs());
        reference = reference switch
        {
            "host" => Host,
            "short" => Reference("hello.wav", 0, 1),
            "long" => Reference("interview.wav", 0, 12),
            _ => reference,
        };
        MultipartFormDataContent form = reference is null
            ? OpenAiHost.Form(("known_speaker_names[]", name))
            : OpenAiHost.Form(("known_speaker_names[]", name), ("known_speaker_references[]", reference));

        (HttpResponseMessage answer, JsonElement error) = await host.RefusedAsync(form);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        error.GetProperty("param").GetString().ShouldBe(param);
        host.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reference_in_which_nobody_speaks_is_refused()
    {
        using HttpClient http = new();
        MultipartFormDataContent form = new()
        {
            { new ByteArrayContent(await File.ReadAllBytesAsync(TestPaths.Sample("hello.wav"))), "file", "hello.wav" },
            { new StringContent("demo"), "model" },
            { new StringContent("silence"), "known_speaker_names[]" },
            { new StringContent(DataUrl(new byte[3 * 32_000])), "known_speaker_references[]" },
        };

        (HttpResponseMessage answer, JsonElement error) = await OpenAiHost.ErrorAsync(await http.PostAsync(new Uri(server.BaseUrl + "/audio/transcriptions"), form));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        error.GetProperty("message").GetString()!.ShouldContain("Nobody speaks in the reference of 'silence'");
    }

    [Fact]
    public void The_demo_bundles_threshold_lies_between_one_voice_and_two()
    {
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load(Path.Combine(TestPaths.Root, "models", "demo")));
        (string Sample, double From, double To, string Voice)[] turns =
        [
            ("interview.wav", 0.6, 7.4, "f2"), ("interview.wav", 15.5, 20.3, "f2"), ("interview.wav", 8.8, 14.1, "m3"), ("interview.wav", 21.6, 27.3, "m3"),
            ("interview-heldout.wav", 0.6, 5.3, "f4"), ("interview-heldout.wav", 15, 18.3, "f4"),
        ];
        KnownVoice[] voices = [.. turns.Select(turn => pipeline.EnrolVoice(turn.Voice, new PcmSource(Samples(turn.Sample, turn.From, turn.To))))];
        double limit = pipeline.Bundle.KnownVoiceSimilarity.ShouldNotBeNull();

        foreach (KnownVoice one in voices)
        {
            foreach (KnownVoice other in voices)
                (Cosine(one, other) >= limit).ShouldBe(string.Equals(one.Name, other.Name, StringComparison.Ordinal), $"{one.Name} and {other.Name}: {Cosine(one, other):F3}");
        }

        static double Cosine(KnownVoice one, KnownVoice other) => one.Embedding.ToArray().Zip(other.Embedding.ToArray(), (left, right) => (double)left * right).Sum();
    }

    private static string Reference(string sample, double fromSeconds, double toSeconds)
        => DataUrl(Samples(sample, fromSeconds, toSeconds));

    private static byte[] Samples(string sample, double fromSeconds, double toSeconds)
    {
        byte[] file = File.ReadAllBytes(TestPaths.Sample(sample));
        int start = 44 + (2 * (int)(fromSeconds * 16_000)), end = 44 + (2 * (int)(toSeconds * 16_000));
        return file[start..end];
    }

    private static string DataUrl(byte[] pcm)
    {
        using MemoryStream wave = new();
        using (BinaryWriter writer = new(wave, Encoding.ASCII, leaveOpen: true))
        {
            writer.Write("RIFF"u8);
            writer.Write(36 + pcm.Length);
            writer.Write("WAVEfmt "u8);
            writer.Write(16);
            writer.Write((short)1);
            writer.Write((short)1);
            writer.Write(16_000);
            writer.Write(32_000);
            writer.Write((short)2);
            writer.Write((short)16);
            writer.Write("data"u8);
            writer.Write(pcm.Length);
            writer.Write(pcm);
        }

        return "data:audio/wav;base64," + Convert.ToBase64String(wave.ToArray());
    }
}
