namespace Parley.Server.Storage;

/// <summary>What is wrong with the database.</summary>
internal enum StorageFault
{
    /// <summary>The file holds something else; it is left as it is.</summary>
    NotADatabase,

    /// <summary>Written by a newer version of the program, whose tables this one does not know.</summary>
    Newer,

    /// <summary>Damaged, though parts can be read.</summary>
    Corrupt,

    /// <summary>Another process has it open.</summary>
    InUse,

    /// <summary>No room for a change; what was there before stands.</summary>
    DiskFull,

    /// <summary>It cannot be opened, read or written: rights, a broken disk, a lock of another program.</summary>
    Unavailable,
}

/// <summary>The database cannot do what it was asked. The message names the file and says what to do.</summary>
internal sealed class StorageException(StorageFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public StorageFault Fault { get; } = fault;
}
