using System.Text;
using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage;

/// <summary>What may be found where the database should be, before anything is changed.</summary>
internal static class DatabaseFile
{
    private static readonly byte[] Magic = Encoding.ASCII.GetBytes("SQLite format 3\0");
    private static readonly string[] Companions = ["", "-wal", "-shm"];

    /// <summary>Refuses a file that is something else. A missing or empty one is fine: it becomes a database.</summary>
    /// <exception cref="StorageException">It is no SQLite file.</exception>
    public static void CheckHead(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists || file.Length == 0)
            return;
        Span<byte> head = stackalloc byte[Magic.Length];
        int count;
        using (FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (count < head.Length || !head.SequenceEqual(Magic))
        {
            throw new StorageException(
                StorageFault.NotADatabase, $"{path} is no SQLite database, and it is left as it is. Move it away, or let database.path name another file.");
        }
    }

    /// <summary>Makes an empty file that only this user reads, where there is none: transcripts are nobody else's. SQLite gives its companions the same rights.</summary>
    public static void CreatePrivate(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream created = new(path, options);
    }

    /// <summary>Refuses a database that is not ours or is newer than this program.</summary>
    /// <exception cref="StorageException">It is.</exception>
    public static void CheckOwner(string path, SqliteConnection connection, int knownVersion)
    {
        int version = Schema.VersionOf(connection);
        bool isOurs = connection.Number("PRAGMA application_id") == Schema.ApplicationId;
        if (version > knownVersion && isOurs)
        {
            throw new StorageException(
                StorageFault.Newer,
                $"{path} was written by a newer version of Parley (tables of version {version}; this one knows {knownVersion}). Use that version, or let database.path name another file.");
        }

        if (!isOurs && (version != 0 || connection.Number("SELECT count(*) FROM sqlite_master") > 0))
        {
            throw new StorageException(
                StorageFault.NotADatabase,
                $"{path} is the database of another program, and it is left as it is. Let database.path name another file. Results of funasr_spk_server are taken over with: parley import-cache {path}");
        }
    }

    /// <summary>Renames a file that nothing can be read from, with what SQLite keeps beside it.</summary>
    /// <returns>The new name.</returns>
    public static string SetAside(string path, DateTimeOffset now)
    {
        string aside = $"{path}.corrupt-{now.UtcDateTime:yyyyMMdd'T'HHmmss}";
        for (int number = 2; File.Exists(aside); number++)
            aside = $"{path}.corrupt-{now.UtcDateTime:yyyyMMdd'T'HHmmss}-{number}";
        foreach (string companion in Companions)
        {
            if (File.Exists(path + companion))
                File.Move(path + companion, aside + companion);
        }

        return aside;
    }
}
