using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Storage;

/// <summary>
/// The SQLite file: one process, one writer at a time, any number of readers. A change is on the disk (write-ahead log, synchronous FULL) when
/// <see cref="WriteAsync{T}"/> returns. Safe for concurrent calls.
/// </summary>
/// <remarks>
/// SQLite works synchronously; only the wait for the writer's turn is asynchronous. Writers never meet inside SQLite and readers never wait for
/// writers, so "database is locked" can only come from another program; it gets <see cref="BusySeconds"/>.
/// </remarks>
internal sealed class Database : IDisposable
{
    private const int BusySeconds = 10;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SqliteConnection _writer;
    private readonly FileStream _lock;
    private readonly DbContextOptions<ParleyContext> _writing;
    private readonly DbContextOptions<ParleyContext> _reading;
    private readonly SqliteConnection _readerPool;
    private volatile bool _isDisposed;

    private Database(string path, SqliteConnection writer, FileStream @lock)
    {
        (Path, _writer, _lock) = (path, writer, @lock);
        _readerPool = new SqliteConnection(ConnectionString(path, pooling: true));
        _writing = new DbContextOptionsBuilder<ParleyContext>().UseSqlite(writer).Options;
        _reading = new DbContextOptionsBuilder<ParleyContext>().UseSqlite(_readerPool.ConnectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Folder of the file.</summary>
    public string Directory => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Opens a database, or makes one; brings an older one up to date.</summary>
    /// <exception cref="StorageException">It cannot be used; the message says what to do.</exception>
    public static Database Open(string path, TimeProvider clock, ILogger logger) => Open(path, Schema.Steps, clock, logger);

    /// <summary>As above, with other steps.</summary>
    internal static Database Open(string path, IReadOnlyList<string> steps, TimeProvider clock, ILogger logger)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream @lock = TakeLock(path);
        try
        {
            DatabaseFile.CheckHead(path);
            DatabaseFile.CreatePrivate(path);
            SqliteConnection writer = OpenWriter(path, steps, clock, logger);
            return new Database(path, writer, @lock);
        }
        catch (Exception error)
        {
            @lock.Dispose();
            throw error switch
            {
                SqliteException sqlite => sqlite.Explained(path),
                IOException or UnauthorizedAccessException => new StorageException(StorageFault.Unavailable, $"{path} cannot be opened: {error.Message}", error),
                _ => error,
            };
        }
    }

    /// <summary>Reads; never waits for a writer, and sees what was committed before.</summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public T Read<T>(Func<ParleyContext, T> query)
    {
        ThrowIfClosed();
        try
        {
            using ParleyContext context = new(_reading);
            return query(context);
        }
        catch (SqliteException error)
        {
            throw error.Explained(Path);
        }
    }

    /// <summary>Changes, in one transaction: all of it is on the disk when this returns, or nothing is.</summary>
    /// <param name="change">Runs alone.</param>
    /// <param name="cancellationToken">Ends the wait for the writer's turn; a change that has begun is ended.</param>
    /// <exception cref="StorageException">It cannot be stored; nothing was changed.</exception>
    public async Task<T> WriteAsync<T>(Func<ParleyContext, T> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfClosed();
            using ParleyContext context = new(_writing);
            using var transaction = context.Database.BeginTransaction();
            T result = change(context);
            context.SaveChanges();
            transaction.Commit();
            return result;
        }
        catch (DbUpdateException error) when (error.InnerException is SqliteException inner)
        {
            throw inner.Explained(Path);
        }
        catch (SqliteException error)
        {
            throw error.Explained(Path);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits for the change that is being made, and closes the file.</summary>
    public void Dispose()
    {
        _turn.Wait();
        try
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            SqliteConnection.ClearPool(_readerPool);
            _readerPool.Dispose();
            _writer.Dispose();
            _lock.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void ThrowIfClosed()
    {
        if (_isDisposed)
            throw new StorageException(StorageFault.Unavailable, $"{Path} is closed: the server stops.");
    }

    private static FileStream TakeLock(string path)
    {
        string lockPath = path + ".lock";
        try
        {
            System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(lockPath))
        {
            throw new StorageException(
                StorageFault.InUse, $"{path} is in use: another Parley server has it open. Stop that one, or let database.path name another file.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageFault.Unavailable, $"{path} cannot be opened: {error.Message} Let database.path name a file in a writable folder.", error);
        }
    }

    private static SqliteConnection OpenWriter(string path, IReadOnlyList<string> steps, TimeProvider clock, ILogger logger)
    {
        try
        {
            return Connect(path, steps, logger);
        }
        catch (SqliteException error) when (error.IsCorruption() && !AnythingCanBeRead(path))
        {
            logger.SetAside(error, path, DatabaseFile.SetAside(path, clock.GetUtcNow()));
            return Connect(path, steps, logger);
        }
    }

    private static SqliteConnection Connect(string path, IReadOnlyList<string> steps, ILogger logger)
    {
        SqliteConnection connection = new(ConnectionString(path, pooling: false));
        try
        {
            connection.Open();
            DatabaseFile.CheckOwner(path, connection, steps.Count);
            using (SqliteCommand mode = connection.CreateCommand())
            {
                mode.CommandText = "PRAGMA journal_mode = WAL";
                if (mode.ExecuteScalar() is string name && !string.Equals(name, "wal", StringComparison.OrdinalIgnoreCase))
                    logger.NoWriteAheadLog(path, name);
            }

            connection.Execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864");
            int version = Schema.Upgrade(connection, steps);
            if (version != 0 && version != steps.Count)
                logger.Upgraded(path, version, steps.Count);

            // Damage in the table that must not be lost is found now, not in the middle of a job.
            connection.Number("SELECT count(*) FROM Jobs WHERE State < 2 AND AudioPath <> ''");
            logger.Opened(path, steps.Count);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether a damaged file still gives a row of any table.</summary>
    private static bool AnythingCanBeRead(string path)
    {
        using SqliteConnection connection = new(ConnectionString(path, pooling: false));
        foreach (string table in new[] { "Jobs", "Results", "Analyses", "Evicted" })
        {
            try
            {
                connection.Open();
                if (connection.Number($"SELECT count(*) FROM (SELECT * FROM {table} LIMIT 1)") > 0)
                    return true;
            }
            catch (SqliteException)
            {
                // This table gives nothing; another may.
            }
        }

        return false;
    }

    private static string ConnectionString(string path, bool pooling)
        => new SqliteConnectionStringBuilder { DataSource = path, Pooling = pooling, DefaultTimeout = BusySeconds }.ToString();
}
