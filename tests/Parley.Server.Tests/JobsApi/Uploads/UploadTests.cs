using System.Net;
using System.Security.Cryptography;
using Parley.Server.Configuration;
using Parley.Server.Jobs;
using Parley.Server.Protocols.JobsApi;
using Parley.Server.Tests.Protocols;
using static Parley.Server.Tests.JobsApi.Uploads.TusRequests;

namespace Parley.Server.Tests.JobsApi.Uploads;

public sealed class UploadTests
{
    private static readonly byte[] Recording = [.. Enumerable.Range(0, 300_000).Select(number => (byte)(number * 7 % 251))];

    [Fact]
    public async Task Recording_in_pieces_becomes_a_job_with_the_number_of_its_upload()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(jobs);
        string path = await host.CreateAsync(
            Recording.Length, Metadata(("filename", "../日记\\a/talk.WAV"), ("filetype", "audio/wav"), ("num_speakers", "2"), ("priority", "3"), ("relativePath", "x")));

        HttpResponseMessage first = await host.AppendAsync(path, 0, Recording[..200_000]);
        first.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (Offset(first), Header(first, "Parley-Job"), Header(first, "Tus-Resumable")).ShouldBe((200_000, null, "1.0.0"));
        DateTimeOffset.Parse(Header(first, "Upload-Expires")!).ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(20));
        HttpResponseMessage shown = await host.HeadAsync(path);
        (Offset(shown), Header(shown, "Upload-Length"), shown.Headers.CacheControl!.NoStore).ShouldBe((200_000, "300000", true));
        Header(shown, "Upload-Metadata")!.ShouldContain("filetype");
        HttpResponseMessage last = await host.AppendAsync(path, 200_000, Recording[200_000..]);

        last.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        JobSubmission job = jobs.Submissions.ShouldHaveSingleItem();
        Header(last, "Parley-Job").ShouldBe($"/api/v1/jobs/{job.Id}");
        path.ShouldBe($"/uploads/{job.Id}");
        jobs.Files[job.Id].ShouldBe(Recording);
        (job.FileName, job.Options.Speakers.Exact, job.Priority, job.Audio.Length).ShouldBe(("talk.WAV", 2, 3, Recording.Length));
        job.Audio.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Recording)));
        job.Audio.Path.ShouldEndWith($"{job.Id}.wav");

        // The answer was lost: a client that asks is told, and one that sends nothing more, too.
        HttpResponseMessage after = await host.HeadAsync(path), again = await host.AppendAsync(path, Recording.Length, []);
        (Offset(after), Header(after, "Parley-Job")).ShouldBe((Recording.Length, $"/api/v1/jobs/{job.Id}"));
        (again.StatusCode, Header(again, "Parley-Job")).ShouldBe((HttpStatusCode.NoContent, $"/api/v1/jobs/{job.Id}"));
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Delete, path, headers: [TusRequests.Version]), Problems.UploadCompleted);
        jobs.Submissions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whole_recording_comes_with_the_creation()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(jobs);
        ByteArrayContent content = new(Recording);
        content.Headers.ContentType = new("application/offset+octet-stream");

        HttpResponseMessage answer = await host.SendAsync(
            HttpMethod.Post, "/uploads", content, headers: [TusRequests.Version, ("Upload-Length", "300000"), ("Upload-Metadata", Metadata(("name", "talk"), ("type", "audio/mpeg")))]);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        Offset(answer).ShouldBe(300_000);
        Header(answer, "Parley-Job").ShouldBe($"/api/v1/jobs/{jobs.Submissions.Single().Id}");
        jobs.Submissions.Single().Audio.Path.ShouldEndWith(".mp3");
    }

    [Fact]
    public async Task Options_tell_what_is_spoken_without_a_token()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs(), options => options with { Auth = ApiHost.Authentication });

        HttpResponseMessage answer = await host.SendAsync(HttpMethod.Options, "/uploads");

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (Header(answer, "Tus-Version"), Header(answer, "Tus-Max-Size"), Header(answer, "Tus-Checksum-Algorithm")).ShouldBe(("1.0.0", "1048576", "sha1,sha256,md5"));
        Header(answer, "Tus-Extension").ShouldBe("creation,creation-with-upload,checksum,expiration,termination");
    }

    [Theory]
    [InlineData("", "100", "filename dGFsay53YXY=", "tus_version")]
    [InlineData("0.2.2", "100", "filename dGFsay53YXY=", "tus_version")]
    [InlineData("1.0.0", "", "filename dGFsay53YXY=", "invalid_request")]
    [InlineData("1.0.0", "-1", "filename dGFsay53YXY=", "invalid_request")]
    [InlineData("1.0.0", "0", "filename dGFsay53YXY=", "invalid_request")]
    [InlineData("1.0.0", "99999999999999999999", "filename dGFsay53YXY=", "invalid_request")]
    [InlineData("1.0.0", "1048577", "filename dGFsay53YXY=", "file_too_large")]
    [InlineData("1.0.0", "100", "filename dGFsay5leGU=", "unsupported_format")]
    [InlineData("1.0.0", "100", "", "unsupported_format")]
    [InlineData("1.0.0", "100", "filename not-base64!", "invalid_request")]
    [InlineData("1.0.0", "100", "filename /w==", "invalid_request")]
    [InlineData("1.0.0", "100", "filename dGFsay53YXY=,filename dGFsay53YXY=", "invalid_request")]
    [InlineData("1.0.0", "100", "filename dGFsay53YXY=,,", "invalid_request")]
    [InlineData("1.0.0", "100", "filename dGFsay53YXY=,num_speakers eA==", "invalid_request")]
    [InlineData("1.0.0", "100", "filename dGFsay53YXY=,webhook_url aHR0cDovLzEyNy4wLjAuMS8=", "invalid_request")]
    public async Task What_cannot_become_a_job_is_refused_before_it_is_sent(string version, string length, string metadata, string code)
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs());

        HttpResponseMessage answer = await host.SendAsync(
            HttpMethod.Post, "/uploads", headers: [("Tus-Resumable", version), ("Upload-Length", length), ("Upload-Metadata", metadata)]);

        await ApiHost.ProblemAsync(answer, Problems.All.Single(kind => kind.Code == code));
    }

    [Fact]
    public async Task Endless_metadata_are_cut_off()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs());

        (await host.TryCreateAsync(100, "filename dGFsay53YXY=,x " + new string('A', 20_000))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.TryCreateAsync(100, "filename dGFsay53YXY=,x " + new string('A', 1 << 20))).StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    [Fact]
    public async Task Pieces_that_do_not_fit_change_nothing()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs());
        string path = await host.CreateAsync(1000);
        (await host.AppendAsync(path, 0, new byte[100])).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await ApiHost.ProblemAsync(await host.AppendAsync(path, 99, new byte[10]), Problems.OffsetMismatch);
        await ApiHost.ProblemAsync(await host.AppendAsync(path, 101, new byte[10]), Problems.OffsetMismatch);
        await ApiHost.ProblemAsync(await host.AppendAsync(path, 100, new byte[901]), Problems.BodyTooLarge);
        HangingContent endless = new(new byte[300_000]);
        endless.GoOn();
        await ApiHost.ProblemAsync(await host.AppendAsync(path, 100, endless), Problems.BodyTooLarge);
        await ApiHost.ProblemAsync(await host.AppendAsync(path, 100, new byte[10], null, ("Upload-Checksum", "crc32 AAAA")), Problems.InvalidRequest);
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Patch, path, new ByteArrayContent([1]), headers: [TusRequests.Version, ("Upload-Offset", "100")]), Problems.UnsupportedMediaType);
        foreach (string other in (string[])[$"/uploads/{Guid.NewGuid()}", "/uploads/..%2f..%2fetc%2fpasswd", "/uploads/1"])
            await ApiHost.ProblemAsync(await host.AppendAsync(other, 100, new byte[10]), Problems.UnknownUpload);

        (await host.OffsetAsync(path)).ShouldBe(100);
    }

    [Fact]
    public async Task Checksums_decide_whether_a_piece_is_kept()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(jobs);
        string path = await host.CreateAsync(Recording.Length);
        byte[] one = Recording[..100_000], two = Recording[100_000..150_000], three = Recording[150_000..];
#pragma warning disable CA5350, CA5351 // what the protocol has
        string md5 = Convert.ToBase64String(MD5.HashData(one)), sha1 = Convert.ToBase64String(SHA1.HashData(two)), sha256 = Convert.ToBase64String(SHA256.HashData(three));
#pragma warning restore CA5350, CA5351

        HttpResponseMessage wrong = await host.AppendAsync(path, 0, two, null, ("Upload-Checksum", $"md5 {md5}"));
        await ApiHost.ProblemAsync(wrong, Problems.ChecksumMismatch);
        (await host.OffsetAsync(path)).ShouldBe(0);
        Offset(await host.AppendAsync(path, 0, one, null, ("Upload-Checksum", $"md5 {md5}"))).ShouldBe(100_000);
        Offset(await host.AppendAsync(path, 100_000, two, null, ("Upload-Checksum", $"sha1 {sha1}"))).ShouldBe(150_000);
        (await host.AppendAsync(path, 150_000, three, null, ("Upload-Checksum", $"sha256 {sha256}"))).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        jobs.Files.Values.Single().ShouldBe(Recording);
    }

    /// <summary>A page that was loaded anew goes on at once, although the server believes that the old one still sends.</summary>
    [Fact]
    public async Task Stale_connection_gives_way_and_what_it_brought_is_kept()
    {
        FakeJobs jobs = new();
        await using ApiHost host = await ApiHost.StartAsync(jobs);
        string path = await host.CreateAsync(Recording.Length);
        HangingContent hanging = new(Recording[..150_000]);
        Task<HttpResponseMessage> stale = host.AppendAsync(path, 0, hanging);
        string folder = Directory.GetDirectories(Path.Combine(host.Folder["temp"], "parley-resumable")).Single();
        await Until.TrueAsync(() => new FileInfo(Directory.GetFiles(folder, "*.part").Single()).Length > 100_000, "the first buffer is on disk");

        (await host.OffsetAsync(path)).ShouldBe(150_000);
        hanging.GoOn();
        await Task.WhenAny(stale); // cut off, or told that it is
        (await host.AppendAsync(path, 150_000, Recording[150_000..])).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        jobs.Files.Values.Single().ShouldBe(Recording);
    }

    [Fact]
    public async Task Full_queue_keeps_the_upload_until_an_empty_piece_tries_again()
    {
        FakeJobs jobs = new() { OnSubmit = static _ => new SubmitOutcome.QueueFull(7, 5, 5) };
        await using ApiHost host = await ApiHost.StartAsync(jobs);
        string path = await host.CreateAsync(Recording.Length);

        HttpResponseMessage full = await host.AppendAsync(path, 0, Recording);
        await ApiHost.ProblemAsync(full, Problems.QueueFull);
        (full.Headers.RetryAfter!.Delta, Offset(full)).ShouldBe((TimeSpan.FromSeconds(7), Recording.Length));
        HttpResponseMessage shown = await host.HeadAsync(path);
        (Offset(shown), Header(shown, "Parley-Job")).ShouldBe((Recording.Length, null));
        jobs.OnSubmit = static _ => new SubmitOutcome.Accepted(new QueuePlace(1, TimeSpan.Zero), IsWaiting: false);
        HttpResponseMessage again = await host.AppendAsync(path, Recording.Length, []);

        again.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(again, "Parley-Job").ShouldBe($"/api/v1/jobs/{path["/uploads/".Length..]}");
        jobs.Files.Values.ShouldAllBe(bytes => bytes.SequenceEqual(Recording));
    }

    [Fact]
    public async Task Upload_is_its_users_alone_and_can_be_ended()
    {
        await using ApiHost host = await ApiHost.StartAsync(new FakeJobs(), options => options with { Auth = ApiHost.Authentication });
        string anna = host.TokenFor("anna"), bert = host.TokenFor("bert");
        string path = await host.CreateAsync(1000, token: anna);

        (await host.HeadAsync(path, bert)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await ApiHost.ProblemAsync(await host.AppendAsync(path, 0, new byte[10], bert), Problems.UnknownUpload);
        await ApiHost.ProblemAsync(await host.SendAsync(HttpMethod.Delete, path, token: bert, headers: [TusRequests.Version]), Problems.UnknownUpload);
        await ApiHost.ProblemAsync(await host.AppendAsync(path, 0, new byte[10]), Problems.Unauthorized);
        await ApiHost.ProblemAsync(
            await host.SendAsync(HttpMethod.Delete, path, token: anna, headers: [TusRequests.Version, ("Origin", "https://evil.example")]), Problems.CrossOrigin);

        // Proxies that know no DELETE.
        (await host.SendAsync(HttpMethod.Post, path, token: anna, headers: [TusRequests.Version, ("X-HTTP-Method-Override", "DELETE")])).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await host.HeadAsync(path, anna)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Directory.EnumerateFiles(host.Folder["temp"], "*.part", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Number_and_disk_are_limits()
    {
        await using ApiHost few = await ApiHost.StartAsync(new FakeJobs(), options => options with { Transcription = new TranscriptionOptions { UploadSessionMaxCount = 1 } });
        await few.CreateAsync(10);
        HttpResponseMessage answer = await few.TryCreateAsync(10);
        await ApiHost.ProblemAsync(answer, Problems.TooManyUploads);
        answer.Headers.RetryAfter.ShouldNotBeNull();

        await using ApiHost full = await ApiHost.StartAsync(new FakeJobs(), options => options with { Server = options.Server with { MinFreeDiskMb = int.MaxValue } });
        await ApiHost.ProblemAsync(await full.TryCreateAsync(10), Problems.DiskFull);
    }
}
