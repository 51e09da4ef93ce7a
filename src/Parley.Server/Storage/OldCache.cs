using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage;

/// <summary>One row of another server's cache, as it was found: nothing in it is trusted.</summary>
/// <param name="Hash">What should be the MD5 of a recording.</param>
/// <param name="Engine">What computed it; <c>funasr</c> in files of the first layout.</param>
/// <param name="Result">What should be a result object; null when it is no text, or too long.</param>
/// <param name="RawResult">What should be the engine's own output; null when there is none.</param>
/// <param name="CreatedAt">Null when it is no time.</param>
internal sealed record OldRow(string? Hash, string Engine, string? Result, string? RawResult, DateTimeOffset? CreatedAt);

/// <summary>The cache of funasr_spk_server (<c>transcription_cache.db</c>), in both of its layouts. It is only read.</summary>
internal static class OldCache
{
    /// <summary>Longest text that is read. Twelve hours of talk are some 20 MB.</summary>
    private const int MaxTextBytes = 64 << 20;

    private const string Table = "transcription_cache";

    /// <summary>Whether a file is such a cache.</summary>
    public static bool IsOne(string path)
    {
        try
        {
            if (!File.Exists(path))
                return false;
            using SqliteConnection connection = Open(path);
            return connection.Number("PRAGMA application_id") == 0 && HasTable(connection);
        }
        catch (Exception error) when (error is SqliteException or StorageException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Where the server keeps its own database when the configuration still names the old cache: beside it. Else where it says.</summary>
    public static (string Own, string? Old) PathsFor(string configured)
    {
        if (!IsOne(configured))
            return (configured, null);
        string own = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configured))!, "parley.db");
        return (string.Equals(own, Path.GetFullPath(configured), StringComparison.Ordinal) ? Path.ChangeExtension(own, ".jobs.db") : own, configured);
    }

    /// <summary>The rows, those of the engine funasr first, newer ones before older ones.</summary>
    /// <exception cref="StorageException">The file is no such cache, or cannot be read to its end.</exception>
    public static IEnumerable<OldRow> Read(string path)
    {
        if (!File.Exists(path))
            throw new StorageException(StorageFault.Unavailable, $"{path} does not exist.");
        using SqliteConnection connection = Guarded(path, () => Open(path));
        if (!Guarded(path, () => HasTable(connection)))
            throw new StorageException(StorageFault.NotADatabase, $"{path} is no cache of funasr_spk_server: it has no table {Table}.");
        bool hasEngine = Guarded(path, () => connection.Number($"SELECT count(*) FROM pragma_table_info('{Table}') WHERE name = 'engine'")) > 0;
        using SqliteCommand command = connection.CreateCommand();
        string engine = hasEngine ? "engine" : "'funasr'";
#pragma warning disable CA2100 // made of constants
        command.CommandText = $"""
            SELECT file_hash, {engine}, {Short("result")}, {Short("raw_result")}, created_at FROM {Table}
            ORDER BY {engine} <> 'funasr', created_at DESC, id DESC
            """;
#pragma warning restore CA2100
        using SqliteDataReader reader = Guarded(path, command.ExecuteReader);
        while (Guarded(path, reader.Read))
            yield return Guarded(path, () => new OldRow(Text(reader, 0), Text(reader, 1) ?? "", Text(reader, 2), Text(reader, 3), Time(reader)));
    }

    // A view, or a table that code stands behind, could keep the reader busy for ever.
    private static bool HasTable(SqliteConnection connection)
        => connection.Number($"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{Table}' AND sql LIKE 'CREATE TABLE%'") == 1;

    private static string Short(string column) => $"CASE WHEN typeof({column}) = 'text' AND octet_length({column}) <= {MaxTextBytes} THEN {column} END";

    private static SqliteConnection Open(string path)
    {
        DatabaseFile.CheckHead(path);
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            connection.Execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string? Text(SqliteDataReader reader, int column) => reader.GetValue(column) as string;

    private static DateTimeOffset? Time(SqliteDataReader reader)
        => Text(reader, 4) is { Length: < 40 } text && DateTimeOffset.TryParse(
            text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException error)
        {
            throw new StorageException(StorageFault.Corrupt, $"{path} cannot be read to its end: {error.Message}. What was read before is imported.", error);
        }
    }
}
