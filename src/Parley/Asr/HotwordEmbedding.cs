using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>Asks the hotword network of SeACo and contextual Paraformer for embeddings.</summary>
internal static class HotwordEmbedding
{
    /// <summary>The hotword that consists of the start of a sentence stands for no hotword at all.</summary>
    private const int StartId = 1;

    /// <summary>Checks the network's input and output.</summary>
    /// <param name="session">The network: <c>hotword</c> [words, 10] to <c>hw_embed</c> [10, words, size], the states after each token.</param>
    /// <param name="size">Values of a row that the recogniser wants; -1 when it takes any.</param>
    /// <exception cref="ModelFileException">The network is another one.</exception>
    public static void Check(ModelSession session, long size)
    {
        session.RequireInput("hotword", TensorType.Int32, -1, Hotwords.MaxTokens);
        session.RequireOutput("hw_embed", TensorType.Float, -1, -1, size);
    }

    /// <summary>A row for each hotword, and last the one that stands for none: the network needs it to say that it heard no hotword.</summary>
    /// <param name="session">Checked.</param>
    /// <param name="size">Values of a row that the recogniser wants; -1 when it takes any.</param>
    /// <param name="hotwords">Tokens of each: at least one, at most ten.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ModelFileException">The network gives other rows than the recogniser wants.</exception>
    public static HotwordRows Rows(ModelSession session, long size, IReadOnlyList<int[]> hotwords, CancellationToken cancellationToken)
    {
        int[][] words = [.. hotwords, [StartId]];
        int[] ids = new int[words.Length * Hotwords.MaxTokens];
        for (int word = 0; word < words.Length; word++)
            words[word].CopyTo(ids, word * Hotwords.MaxTokens);
        using ModelOutputs outputs = session.Run([ModelInput.Of("hotword", ids, words.Length, Hotwords.MaxTokens)], cancellationToken);
        long[] shape = outputs.Shape("hw_embed");
        if (shape is not [Hotwords.MaxTokens, _, > 0] || shape[1] != words.Length || (size >= 0 && shape[2] != size))
        {
            string message = $"{session.ModelPath}: expected hw_embed [{Hotwords.MaxTokens}, {words.Length}, {size}], found [{string.Join(", ", shape)}]. Is it of the same model?";
            throw new ModelFileException(session.ModelPath, message);
        }

        // A word that is n tokens long is the state after its last one; what stands behind it is padding.
        int length = (int)shape[2];
        ReadOnlySpan<float> states = outputs.Floats("hw_embed");
        float[] rows = new float[words.Length * length];
        for (int word = 0; word < words.Length; word++)
            states.Slice((((words[word].Length - 1) * words.Length) + word) * length, length).CopyTo(rows.AsSpan(word * length));
        return new HotwordRows(rows, words.Length);
    }
}

/// <summary>Embeddings of hotwords, the last one that of none.</summary>
/// <param name="Values">Row-major, shape [count, size].</param>
/// <param name="Count">Rows; at least 1.</param>
internal sealed record HotwordRows(float[] Values, int Count)
{
    /// <summary>The same rows for each segment of a batch, shape [segments, count, size].</summary>
    public float[] Repeat(int segments)
    {
        float[] all = new float[segments * Values.Length];
        for (int i = 0; i < segments; i++)
            Values.CopyTo(all, i * Values.Length);
        return all;
    }
}
