using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Asr;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Protocols.WebSockets;
using Parley.Server.Workers.Bundles;
using Parley.Speakers;

namespace Parley.Server.Tests.Protocols;

public sealed class UploadRequestTests
{
    private const string Good = """{"file_name":"a.WAV","file_size":1048577,"file_hash":"0F343B0931126A20F133D67C2B018A3B"}""";

    [Fact]
    public void Defaults_are_those_of_the_specification()
    {
        UploadAnnouncement announcement = Accept("{}");

        announcement.Extension.ShouldBe(".wav");
        announcement.Md5.ShouldBe("0f343b0931126a20f133d67c2b018a3b");
        announcement.Options.ShouldBe(new JobOptions());
        announcement.Chunks.ShouldBeNull();
        announcement.Priority.ShouldBe(0);
    }

    [Fact]
    public void Values_are_read_leniently()
    {
        UploadAnnouncement announcement = Accept("""
            {"file_size":"1048577.0","output_format":"srt","force_refresh":"YES","diarize":0,"language":" chi ","engine":"funasr","word_align":"on",
             "upload_mode":"chunked","total_chunks":2.0,"min_speakers":"2","max_speakers":4,"priority":-3,"itn":1,"something":{"new":[1]}}
            """);

        announcement.Options.ShouldBe(new JobOptions
        {
            Format = ResultFormat.Srt,
            ForceRefresh = true,
            Diarize = false,
            Language = "chi",
            Speakers = new SpeakerCount(null, 2, 4),
            Recognition = new RecognitionWish { Itn = true },
        });
        announcement.Chunks.ShouldBe(new ChunkPlan(1 << 20, 2));
        announcement.Priority.ShouldBe(-3);
    }

    [Fact]
    public void Modes_that_are_not_chunked_are_single() => Accept("""{"upload_mode":"Chunky","total_chunks":99}""").Chunks.ShouldBeNull();

    [Theory]
    [InlineData("""{"output_format":"vtt","file_size":-1}""", "invalid_format")]
    [InlineData("""{"output_format":7}""", "invalid_format")]
    [InlineData("""{"file_name":null}""", "upload_error")]
    [InlineData("""{"file_name":7}""", "upload_error")]
    [InlineData("""{"file_name":"\ud800.wav"}""", "upload_error")]
    [InlineData("""{"file_size":"many"}""", "upload_error")]
    [InlineData("""{"file_size":1.5}""", "upload_error")]
    [InlineData("""{"file_size":1e400}""", "upload_error")]
    [InlineData("""{"file_size":99999999999999999999999999}""", "upload_error")]
    [InlineData("""{"file_size":0}""", "upload_error")]
    [InlineData("""{"file_size":-5,"file_name":"a.exe"}""", "upload_error")]
    [InlineData("""{"file_hash":"sha256:abc"}""", "upload_error")]
    [InlineData("""{"file_hash":"0f343b0931126a20f133d67c2b018a3g"}""", "upload_error")]
    [InlineData("""{"force_refresh":"perhaps"}""", "upload_error")]
    [InlineData("""{"diarize":2}""", "upload_error")]
    [InlineData("""{"word_align":[]}""", "upload_error")]
    [InlineData("""{"language":5}""", "upload_error")]
    [InlineData("""{"num_speakers":0}""", "upload_error")]
    [InlineData("""{"num_speakers":1001}""", "upload_error")]
    [InlineData("""{"min_speakers":5,"max_speakers":4}""", "upload_error")]
    [InlineData("""{"num_speakers":5,"max_speakers":4}""", "upload_error")]
    [InlineData("""{"priority":11}""", "upload_error")]
    [InlineData("""{"file_size":5242880001,"file_name":"a.exe"}""", "file_too_large")]
    [InlineData("""{"file_name":"a.exe","upload_mode":"chunked"}""", "invalid_file_type")]
    [InlineData("""{"file_name":"wav"}""", "invalid_file_type")]
    [InlineData("""{"file_name":"a.wav/../../x"}""", "invalid_file_type")]
    [InlineData("""{"engine":"qwen3"}""", "upload_error")]
    [InlineData("""{"upload_mode":"chunked"}""", "chunked_upload_error")]
    [InlineData("""{"upload_mode":"chunked","total_chunks":0}""", "chunked_upload_error")]
    [InlineData("""{"upload_mode":"chunked","total_chunks":3}""", "chunked_upload_error")]
    [InlineData("""{"upload_mode":"chunked","total_chunks":1048577,"chunk_size":1}""", "chunked_upload_error")]
    [InlineData("""{"upload_mode":"chunked","total_chunks":2,"chunk_size":0}""", "chunked_upload_error")]
    [InlineData("""{"upload_mode":"chunked","total_chunks":2,"engine":"qwen3"}""", "upload_error")]
    public void What_is_wrong_is_refused_by_its_code(string change, string code)
    {
        UploadRequestReader.Read(Request(change), new ServerOptions(), new ServedBundles(new ModelOptions()), out Refusal? refusal).ShouldBeNull();

        refusal!.Code.ShouldBe(code);
        refusal.Message.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void A_foreign_engine_is_named_beside_ours()
    {
        UploadRequestReader.Read(Request("""{"engine":"qwen3"}"""), new ServerOptions(), new ServedBundles(new ModelOptions()), out Refusal? refusal);

        refusal!.Message.ShouldContain("funasr");
        refusal.Message.ShouldContain("qwen3");
    }

    [Fact]
    public void Bundles_that_are_served_are_engines_by_their_names()
    {
        ServedBundles served = new(new ModelOptions { Bundles = ["office", "funasr"] });

        Bundle("office").ShouldBe("office");
        Bundle("demo").ShouldBeNull();
        Bundle("funasr").ShouldBeNull(); // the engine, whatever bundles are called
        UploadRequestReader.Read(Request("""{"engine":"nobody"}"""), new ServerOptions(), served, out Refusal? refusal).ShouldBeNull();
        refusal!.Message.ShouldEndWith("; it has the models demo, office, funasr");

        string? Bundle(string engine)
            => UploadRequestReader.Read(Request($$"""{"engine":"{{engine}}"}"""), new ServerOptions(), served, out Refusal? refusal).ShouldNotBeNull(refusal?.Message).Options.Bundle;
    }

    private static UploadAnnouncement Accept(string change)
        => UploadRequestReader.Read(Request(change), new ServerOptions(), new ServedBundles(new ModelOptions()), out Refusal? refusal).ShouldNotBeNull(refusal?.Message);

    // By text: a node would not take half a surrogate pair, or a number without end.
    private static JsonElement Request(string change)
    {
        JsonObject good = JsonNode.Parse(Good)!.AsObject();
        using JsonDocument changed = JsonDocument.Parse(change);
        IEnumerable<string> members = good.Where(member => !changed.RootElement.TryGetProperty(member.Key, out _))
            .Select(member => $"\"{member.Key}\":{member.Value!.ToJsonString()}");
        string all = string.Join(',', members.Append(change.Trim()[1..^1]).Where(member => member.Length > 0));
        return JsonElement.Parse($"{{{all}}}");
    }
}
