using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage;

/// <summary>Creates and upgrades the tables, a numbered step after another, all in one transaction: a file is of the old version or of the new one.</summary>
/// <remarks>A released step is never changed; a change of the tables is a new step at the end.</remarks>
internal static class Schema
{
    /// <summary>Marks a file as ours (the letters PRLY).</summary>
    public const int ApplicationId = 0x50524C59;

    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE Jobs (
            Sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            Id TEXT NOT NULL UNIQUE,
            FileName TEXT NOT NULL,
            AudioPath TEXT NOT NULL,
            Md5 TEXT NOT NULL,
            Sha256 TEXT NOT NULL,
            Length INTEGER NOT NULL,
            Format INTEGER NOT NULL,
            Diarize INTEGER NOT NULL,
            Speakers TEXT NOT NULL,
            Language TEXT,
            ForceRefresh INTEGER NOT NULL,
            ClientKey TEXT NOT NULL,
            ClientUser TEXT,
            Priority INTEGER NOT NULL,
            State INTEGER NOT NULL CHECK (State BETWEEN 0 AND 5),
            Retries INTEGER NOT NULL,
            Lost INTEGER NOT NULL,
            Error TEXT,
            Fault INTEGER,
            CreatedAt INTEGER NOT NULL,
            StartedAt INTEGER,
            EndedAt INTEGER,
            ResultId INTEGER REFERENCES Results (Id)
        ) STRICT;
        CREATE INDEX JobsByState ON Jobs (State, EndedAt);
        CREATE INDEX JobsByResult ON Jobs (ResultId);

        CREATE TABLE Results (
            Id INTEGER PRIMARY KEY AUTOINCREMENT,
            Md5 TEXT NOT NULL,
            Sha256 TEXT,
            Length INTEGER,
            Speakers TEXT NOT NULL,
            Model TEXT NOT NULL,
            ProcessingSeconds REAL NOT NULL,
            CreatedAt INTEGER NOT NULL,
            AccessedAt INTEGER NOT NULL,
            IsCached INTEGER NOT NULL,
            Bytes INTEGER NOT NULL,
            Transcript BLOB NOT NULL
        ) STRICT;
        CREATE INDEX ResultsByMd5 ON Results (Md5, IsCached);
        CREATE INDEX ResultsByAge ON Results (IsCached, AccessedAt, Bytes);

        CREATE TABLE Analyses (
            Id INTEGER PRIMARY KEY AUTOINCREMENT,
            Sha256 TEXT NOT NULL,
            Length INTEGER NOT NULL,
            Model TEXT NOT NULL,
            FileName TEXT NOT NULL UNIQUE,
            Bytes INTEGER NOT NULL,
            CreatedAt INTEGER NOT NULL,
            AccessedAt INTEGER NOT NULL,
            UNIQUE (Sha256, Length, Model)
        ) STRICT;

        CREATE TABLE Evicted (
            Sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            Id TEXT NOT NULL
        ) STRICT;
        """,
        """
        ALTER TABLE Jobs ADD COLUMN KeepRecording INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE Jobs ADD COLUMN DerivedFrom TEXT;
        ALTER TABLE Jobs ADD COLUMN IsCached INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE Jobs ADD COLUMN Revision INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX JobsByKeptRecording ON Jobs (AudioPath) WHERE KeepRecording = 1;
        ALTER TABLE Results ADD COLUMN AudioSeconds REAL;
        ALTER TABLE Results ADD COLUMN SpeakerCount INTEGER;
        ALTER TABLE Results ADD COLUMN IsFromAnalysis INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE Edits (
            Id INTEGER PRIMARY KEY AUTOINCREMENT,
            Job INTEGER NOT NULL REFERENCES Jobs (Sequence) ON DELETE CASCADE,
            Revision INTEGER NOT NULL,
            Operations TEXT NOT NULL,
            At INTEGER NOT NULL,
            User TEXT,
            UNIQUE (Job, Revision)
        ) STRICT;
        """,
        """
        CREATE INDEX JobsByUser ON Jobs (ClientUser, Sequence);

        CREATE TABLE RequestKeys (
            Owner TEXT NOT NULL,
            RequestKey TEXT NOT NULL,
            Fingerprint TEXT NOT NULL,
            JobId TEXT NOT NULL,
            CreatedAt INTEGER NOT NULL,
            PRIMARY KEY (Owner, RequestKey)
        ) STRICT;
        CREATE INDEX RequestKeysByAge ON RequestKeys (CreatedAt);
        CREATE INDEX RequestKeysByJob ON RequestKeys (JobId);
        """,
        """
        ALTER TABLE Jobs ADD COLUMN WebhookUrl TEXT;

        CREATE TABLE Deliveries (
            Sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            Id TEXT NOT NULL UNIQUE,
            JobId TEXT NOT NULL,
            ClientUser TEXT,
            Type TEXT NOT NULL,
            Url TEXT NOT NULL,
            IsConfigured INTEGER NOT NULL,
            Body TEXT NOT NULL,
            State INTEGER NOT NULL CHECK (State BETWEEN 0 AND 3),
            Attempts INTEGER NOT NULL,
            CreatedAt INTEGER NOT NULL,
            NextAttemptAt INTEGER,
            LastAttemptAt INTEGER,
            LastStatus INTEGER,
            LastError TEXT
        ) STRICT;
        CREATE INDEX DeliveriesByTime ON Deliveries (State, NextAttemptAt);
        CREATE INDEX DeliveriesByJob ON Deliveries (JobId);
        """,
        """
        ALTER TABLE Jobs ADD COLUMN Recognition TEXT NOT NULL DEFAULT '';
        ALTER TABLE Jobs ADD COLUMN Bundle TEXT;
        """,
    ];

    /// <summary>Version of a file: the number of steps that made it; 0 for a new one.</summary>
    public static int VersionOf(SqliteConnection connection) => (int)connection.Number("PRAGMA user_version");

    /// <summary>Brings a file to the newest version.</summary>
    /// <returns>The version that it had.</returns>
    public static int Upgrade(SqliteConnection connection, IReadOnlyList<string> steps)
    {
        int version = VersionOf(connection);
        if (version == steps.Count)
            return version;
        using SqliteTransaction transaction = connection.BeginTransaction();
        for (int step = version; step < steps.Count; step++)
            connection.Execute(steps[step]);
        connection.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {steps.Count}");
        transaction.Commit();
        return version;
    }
}
