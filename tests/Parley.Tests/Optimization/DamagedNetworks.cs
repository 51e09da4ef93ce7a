using Parley.Models;
using Parley.Models.Onnx;

namespace Parley.Tests.Optimization;

/// <summary>Files with a few wrong bytes, as a broken download or somebody's malice makes them.</summary>
internal static class DamagedNetworks
{
    /// <summary>Rewrites some hundred damaged copies of a network: each is refused by its name, or does no harm.</summary>
    public static void AreNamedOrHarmless(GraphFile graph, string path, int seed, Action<OnnxModel, OnnxEdit> rewrite)
    {
        byte[] whole = graph.ToArray();
        Random random = new(seed);
        for (int round = 0; round < 400; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i < 3; i++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, damaged);
            try
            {
                OnnxModel model = OnnxModel.Read(path);
                OnnxEdit edit = new(model);
                rewrite(model, edit);
                edit.Write(Stream.Null, CancellationToken.None);
            }
            catch (ModelFileException error)
            {
                error.Path.ShouldBe(path);
            }
        }
    }
}
