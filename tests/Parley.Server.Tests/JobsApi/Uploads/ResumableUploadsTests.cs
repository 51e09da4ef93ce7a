using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Configuration;
using Parley.Server.Protocols.Uploads;
using Parley.Server.Tests.Jobs;

namespace Parley.Server.Tests.JobsApi.Uploads;

public sealed class ResumableUploadsTests : IDisposable
{
    private static readonly byte[] Recording = [.. Enumerable.Range(0, 400_000).Select(number => (byte)(number * 11 % 253))];

    private readonly TempFolder _folder = new();
    private readonly ManualTime _clock = new();
    private readonly ServerOptions _options;

    public ResumableUploadsTests() => _options = new ServerOptions
    {
        Server = new ListenOptions { TempDir = _folder["temp"], UploadDir = _folder["uploads"], MinFreeDiskMb = 1 },
        Database = new DatabaseOptions { Path = _folder["parley.db"] },
    };

    [Fact]
    public async Task Another_life_goes_on_where_the_last_one_was_and_hashes_all_of_it()
    {
        ResumableRecord record = Record();
        using (UploadFiles files = Files())
        using (ResumableUploads before = Open(files))
        {
            before.TryOpen(record, out ResumableUpload? upload).ShouldBe(OpenFault.None);
            await AppendAsync(upload!, Recording[..250_000]);
        }

        // What a crash can leave besides.
        string folder = Directory.GetDirectories(Path.Combine(_folder["temp"], "parley-resumable")).Single();
        File.WriteAllText(Path.Combine(folder, $"{Guid.NewGuid()}.part"), "without a record");
        File.WriteAllText(Path.Combine(folder, $"{Guid.NewGuid()}.json"), "{\"id\":");
        File.WriteAllText(Path.Combine(folder, $"{record.Id}.json.new"), "half");

        using UploadFiles again = Files();
        using ResumableUploads after = Open(again);
        ResumableUpload found = after.Find(record.Id, null).ShouldNotBeNull();
        (found.Offset, after.Count, Directory.GetFiles(folder).Length).ShouldBe((250_000, 1, 2));
        await AppendAsync(found, Recording[250_000..]);
        (await found.HashAsync(CancellationToken.None)).Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Recording)));
    }

    /// <summary>The process died when the file was where jobs have theirs, and the job was not there yet.</summary>
    [Fact]
    public async Task Hand_over_that_was_broken_off_is_taken_back()
    {
        ResumableRecord record = Record();
        using (UploadFiles files = Files())
        using (ResumableUploads before = Open(files))
        {
            before.TryOpen(record, out ResumableUpload? upload);
            await AppendAsync(upload!, Recording);
            File.Move(upload!.Path, files.StoredPath(record.Id, record.Extension));
        }

        using (UploadFiles files = Files())
        using (ResumableUploads after = Open(files))
        {
            after.Complete.ShouldHaveSingleItem().Id.ShouldBe(record.Id);
            File.Exists(files.StoredPath(record.Id, record.Extension)).ShouldBeFalse();
            File.Move(after.Complete[0].Path, files.StoredPath(record.Id, record.Extension));
        }

        using UploadFiles last = Files();
        using ResumableUploads known = Open(last, isJob: true);
        known.Count.ShouldBe(0);
        File.Exists(last.StoredPath(record.Id, record.Extension)).ShouldBeTrue();
    }

    [Fact]
    public async Task Idle_uploads_expire_and_used_ones_do_not()
    {
        using UploadFiles files = Files();
        using ResumableUploads uploads = Open(files);
        uploads.TryOpen(Record(), out ResumableUpload? idle);
        uploads.TryOpen(Record(), out ResumableUpload? used);
        _clock.Advance(TimeSpan.FromHours(13));
        await AppendAsync(used!, [1]);
        _clock.Advance(TimeSpan.FromHours(13));

        (uploads.Find(idle!.Id, null), uploads.Find(used!.Id, null)).ShouldBe((null, used));
        (File.Exists(idle.Path), File.Exists(used.Path)).ShouldBe((false, true));
    }

    [Fact]
    public async Task Where_there_is_no_room_the_idle_ones_make_it()
    {
        using UploadFiles files = Files();
        using ResumableUploads uploads = new(
            _options with { Transcription = new TranscriptionOptions { UploadSessionMaxCount = 2 } }, files, _ => false, _clock, NullLogger<ResumableUploads>.Instance);
        uploads.TryOpen(Record(), out ResumableUpload? idle);
        uploads.TryOpen(Record(), out ResumableUpload? used);
        _clock.Advance(TimeSpan.FromMinutes(20));
        uploads.TryOpen(Record(), out _).ShouldBe(OpenFault.TooMany);
        await AppendAsync(used!, [1]);
        _clock.Advance(TimeSpan.FromMinutes(20));

        uploads.TryOpen(Record(), out _).ShouldBe(OpenFault.None);
        (uploads.Find(idle!.Id, null), uploads.Find(used!.Id, null)).ShouldBe((null, used));
    }

    /// <summary>A sender that neither sends nor goes away is cut off; no thread waits for it.</summary>
    [Fact]
    public async Task Sender_that_stops_is_cut_off_and_its_bytes_are_kept()
    {
        using UploadFiles files = Files();
        using ResumableUploads uploads = Open(files);
        uploads.TryOpen(Record(), out ResumableUpload? upload);
        using UploadTurn turn = upload!.TryEnter()!;
        StallingStream body = new([1, 2, 3]);

        Task<AppendEnd> appending = upload.AppendAsync(body, turn, CancellationToken.None);
        await body.Stalled;
        _clock.Advance(TimeSpan.FromSeconds(61));

        (await appending, upload.Offset).ShouldBe((AppendEnd.Stalled, 3));
    }

    public void Dispose() => _folder.Dispose();

    private static ResumableRecord Record() => new() { Id = Guid.NewGuid(), Length = Recording.Length, Extension = ".wav", Metadata = "filename dGFsay53YXY=", ClientKey = "anna" };

    private static async Task AppendAsync(ResumableUpload upload, byte[] bytes)
    {
        using UploadTurn turn = upload.TryEnter()!;
        (await upload.AppendAsync(new MemoryStream(bytes), turn, CancellationToken.None)).ShouldBe(AppendEnd.Done);
    }

    private UploadFiles Files() => new(_options, NullLogger<UploadFiles>.Instance);

    private ResumableUploads Open(UploadFiles files, bool isJob = false) => new(_options, files, _ => isJob, _clock, NullLogger<ResumableUploads>.Instance);

    /// <summary>Gives its bytes, then nothing, until the read is cancelled.</summary>
    private sealed class StallingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly TaskCompletionSource _stalled = new();

        public Task Stalled => _stalled.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await base.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                return read;
            _stalled.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
