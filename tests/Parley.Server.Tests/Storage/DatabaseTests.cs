using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Jobs;
using Parley.Server.Storage;
using Parley.Server.Tests.Jobs;

namespace Parley.Server.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-database-").FullName;
    private readonly LogList _logs = new();

    private string File => Path.Combine(_folder, "parley.db");

    [Fact]
    public async Task Settings_are_those_that_survive_a_crash()
    {
        using Database database = Open();
        (string Mode, long Synchronous, long Keys) = await database.WriteAsync(
            context =>
            {
                SqliteConnection connection = (SqliteConnection)context.Database.GetDbConnection();
                using SqliteCommand mode = connection.CreateCommand();
                mode.CommandText = "PRAGMA journal_mode";
                return ((string)mode.ExecuteScalar()!, connection.Number("PRAGMA synchronous"), connection.Number("PRAGMA foreign_keys"));
            },
            CancellationToken.None);
        (Mode, Synchronous, Keys).ShouldBe(("wal", 2, 1));
        if (!OperatingSystem.IsWindows())
            System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void States_in_rows_are_those_of_jobs()
    {
        ((int)JobState.Pending, (int)JobState.Processing, (int)JobState.Completed, (int)JobState.Failed, (int)JobState.Cancelled, (int)JobState.TimedOut)
            .ShouldBe((RowState.Pending, RowState.Processing, RowState.Completed, RowState.Failed, RowState.Cancelled, RowState.TimedOut));
    }

    [Fact]
    public void Older_file_is_brought_up_to_date_and_a_failed_step_changes_nothing()
    {
        Open().Dispose();
        string[] wrong = [.. Schema.Steps, "CREATE TABLE Later (Id INTEGER) STRICT", "CREATE TABLE Jobs (Id INTEGER)"];
        Should.Throw<StorageException>(() => Database.Open(File, wrong, TimeProvider.System, NullLogger.Instance));
        Open().Dispose();

        using Database newer = Database.Open(File, [.. Schema.Steps, "CREATE TABLE Later (Id INTEGER) STRICT"], TimeProvider.System, _logs);
        newer.Read(context => context.Database.SqlQueryRaw<int>("SELECT count(*) AS Value FROM Later").Single()).ShouldBe(0);
        _logs.All.ShouldContain(line => line.Id == 6002);
        newer.Dispose();

        StorageException error = Should.Throw<StorageException>(Open);
        error.Fault.ShouldBe(StorageFault.Newer);
        error.Message.ShouldContain("newer version");
    }

    [Fact]
    public void File_that_is_something_else_is_refused_and_left_alone()
    {
        System.IO.File.WriteAllText(File, "Dear diary");
        StorageException error = Should.Throw<StorageException>(Open);
        (error.Fault, System.IO.File.ReadAllText(File)).ShouldBe((StorageFault.NotADatabase, "Dear diary"));
        error.Message.ShouldContain("database.path");

        System.IO.File.Delete(File);
        using (SqliteConnection other = new($"Data Source={File};Pooling=False"))
        {
            other.Open();
            other.Execute("CREATE TABLE Diary (Day TEXT)");
        }

        Should.Throw<StorageException>(Open).Fault.ShouldBe(StorageFault.NotADatabase);
        System.IO.File.Exists(File + "-wal").ShouldBeFalse();
    }

    [Fact]
    public void File_of_which_nothing_can_be_read_is_set_aside()
    {
        Open().Dispose();
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        new Random(1).NextBytes(bytes.AsSpan(100));
        System.IO.File.WriteAllBytes(File, bytes);
        using Database database = Open();
        new JobStore(database).Count().ShouldBe(0);
        string aside = Directory.GetFiles(_folder, "parley.db.corrupt-*").Single();
        System.IO.File.ReadAllBytes(aside).ShouldBe(bytes);
        _logs.All.ShouldContain(line => line.Id == 6003);
    }

    [Fact]
    public async Task Damaged_file_of_which_something_can_be_read_is_refused_and_left_alone()
    {
        using (Database database = Open())
        {
            await new ResultStore(database).AddAsync([Result("kept")], CancellationToken.None);
            JobStore jobs = new(database);
            for (int number = 0; number < 30; number++)
                await jobs.InsertAsync(new JobRow { Id = Guid.NewGuid(), FileName = new string('x', 3000), AudioPath = "/x" }, key: null, CancellationToken.None);
        }

        byte[] bytes = System.IO.File.ReadAllBytes(File);
        int root;
        using (SqliteConnection connection = new($"Data Source={File};Pooling=False"))
        {
            connection.Open();
            root = (int)connection.Number("SELECT rootpage FROM sqlite_master WHERE name = 'Jobs'");
        }

        bytes.AsSpan((root - 1) * 4096, 4096).Fill(0x77);
        System.IO.File.WriteAllBytes(File, bytes);
        StorageException error = Should.Throw<StorageException>(Open);
        error.Fault.ShouldBe(StorageFault.Corrupt);
        error.Message.ShouldContain(".recover");
        System.IO.File.ReadAllBytes(File).ShouldBe(bytes);
    }

    [Fact]
    public void Second_server_on_one_file_is_refused()
    {
        using Database database = Open();
        StorageException error = Should.Throw<StorageException>(Open);
        error.Fault.ShouldBe(StorageFault.InUse);
        error.Message.ShouldContain("another Parley server");
    }

    [Fact]
    public async Task Many_writers_and_readers_never_meet_a_lock()
    {
        using Database database = Open();
        JobStore jobs = new(database);
        Task[] writers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int number = 0; number < 5; number++)
            {
                Guid id = Guid.NewGuid();
                await jobs.InsertAsync(new JobRow { Id = id }, key: null, CancellationToken.None);
                jobs.Find(id).ShouldNotBeNull().Sequence.ShouldBeGreaterThan(0);
            }
        }))];
        await Task.WhenAll(writers);
        jobs.Count().ShouldBe(40);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static ResultRow Result(string text)
    {
        byte[] bytes = TranscriptCodec.Encode(FakeTranscripts.Of(text));
        return new ResultRow { Md5 = JobsHarness.Md5(text), Sha256 = text, Length = 1, Model = "m", Transcript = bytes, Bytes = bytes.Length, IsCached = true };
    }

    private Database Open() => Database.Open(File, TimeProvider.System, _logs);
}
