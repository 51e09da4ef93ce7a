using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage;

/// <summary>Statements for which no model is needed.</summary>
internal static class SqliteCommands
{
    private const int FullCode = 13;
    private const int CorruptCode = 11;
    private const int NotADatabaseCode = 26;

    /// <summary>Runs statements. The text is a constant of ours, never a client's.</summary>
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the schema and its numbers, known when the program is compiled
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>The number that a statement gives.</summary>
    public static long Number(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // as above
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar() ?? 0L);
    }

    /// <summary>Whether SQLite says that the file itself is broken.</summary>
    public static bool IsCorruption(this SqliteException error) => error.SqliteErrorCode is CorruptCode or NotADatabaseCode;

    /// <summary>The error in our terms.</summary>
    public static StorageException Explained(this SqliteException error, string path) => error.SqliteErrorCode switch
    {
        FullCode => new StorageException(
            StorageFault.DiskFull, $"There is no room for a change of {path}. Free space on its volume; nothing that was stored before is lost.", error),
        CorruptCode or NotADatabaseCode => new StorageException(
            StorageFault.Corrupt,
            $"{path} is damaged ({error.Message}). Stop the server and save what can be read with: sqlite3 {path} .recover | sqlite3 mended.db; or move the file away to start with an empty one.",
            error),
        _ => new StorageException(
            StorageFault.Unavailable, $"{path} cannot be read or written ({error.Message}). Check its rights, its volume, and that no other program holds it.", error),
    };
}
