using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Workers.Pool;

namespace Parley.Server.Tests.Workers;

public sealed class SocketFolderTests
{
    [Fact]
    public void Folder_goes_with_its_server()
    {
        SocketFolder folder = new(NullLogger.Instance);
        File.WriteAllText(folder.NewPath(worker: 1), "");

        folder.Dispose();

        Directory.Exists(folder.Path).ShouldBeFalse();
        folder.Dispose();
    }

    [Fact]
    public void Folders_of_killed_servers_are_removed_by_the_next_one_and_those_of_others_stay()
    {
        using SocketFolder living = new(NullLogger.Instance);
        DirectoryInfo young = Directory.CreateTempSubdirectory("parley-workers-"), old = Directory.CreateTempSubdirectory("parley-workers-"), left = Directory.CreateTempSubdirectory("parley-workers-");
        File.WriteAllText(Path.Combine(left.FullName, "1-1.sock"), "");
        File.WriteAllText(Path.Combine(left.FullName, "lock"), ""); // nobody holds it
        old.LastWriteTimeUtc = DateTime.UtcNow.AddHours(-1);

        using SocketFolder next = new(NullLogger.Instance);

        Directory.Exists(left.FullName).ShouldBeFalse();
        Directory.Exists(old.FullName).ShouldBeFalse();
        Directory.Exists(young.FullName).ShouldBeTrue("Its server may just be making it.");
        Directory.Exists(living.Path).ShouldBeTrue();
        young.Delete();
    }
}
