using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Parley.Server.Storage;

/// <summary>The tables. Columns are called as the properties; <see cref="Schema"/> creates them.</summary>
internal sealed class ParleyContext(DbContextOptions<ParleyContext> options) : DbContext(options)
{
    public DbSet<JobRow> Jobs => Set<JobRow>();

    public DbSet<ResultRow> Results => Set<ResultRow>();

    public DbSet<AnalysisRow> Analyses => Set<AnalysisRow>();

    public DbSet<EvictedRow> Evicted => Set<EvictedRow>();

    public DbSet<EditRow> Edits => Set<EditRow>();

    public DbSet<RequestKeyRow> RequestKeys => Set<RequestKeyRow>();
    public DbSet<DeliveryRow> Deliveries => Set<DeliveryRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Guid>().HaveConversion<string>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<JobRow>().ToTable("Jobs").HasKey(row => row.Sequence);
        modelBuilder.Entity<ResultRow>().ToTable("Results").HasKey(row => row.Id);
        modelBuilder.Entity<AnalysisRow>().ToTable("Analyses").HasKey(row => row.Id);
        modelBuilder.Entity<EditRow>().ToTable("Edits").HasKey(row => row.Id);
        modelBuilder.Entity<RequestKeyRow>().ToTable("RequestKeys").HasKey(row => new { row.Owner, row.RequestKey });
        modelBuilder.Entity<EvictedRow>().ToTable("Evicted").HasKey(row => row.Sequence);
        modelBuilder.Entity<DeliveryRow>().ToTable("Deliveries").HasKey(row => row.Sequence);
    }

    /// <summary>UTC, in whole milliseconds: sorts as numbers, and SQLite's own functions read it.</summary>
    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(),
        value => DateTimeOffset.FromUnixTimeMilliseconds(value));
}
