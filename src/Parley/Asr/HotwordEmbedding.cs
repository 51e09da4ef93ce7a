using Parley.Inference;
using Parley.Models;

namespace Parley.Asr;

/// <summary>Asks the hotword network of SeACo and contextual Paraformer for embeddings.</summary>
internal static class HotwordEmbedding
{
    /// <summary>The exports fix the length of a hotword.</summary>
    private const int MaxTokens = 10;

    /// <summary>The hotword that consists of the start of a sentence stands for no hotword at all.</summary>
    private const int StartId = 1;

    /// <summary>The row that stands for no hotword, shape [size].</summary>
    /// <param name="session">The network: <c>hotword</c> [words, 10] to <c>hw_embed</c> [10, words, size], the states after each token.</param>
    /// <param name="size">Values of a row that the recogniser wants; -1 when it takes any.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ModelFileException">The network is another one.</exception>
    public static float[] None(ModelSession session, long size, CancellationToken cancellationToken)
    {
        session.RequireInput("hotword", TensorType.Int32, -1, MaxTokens);
        session.RequireOutput("hw_embed", TensorType.Float, -1, -1, size);
        int[] word = new int[MaxTokens];
        word[0] = StartId;
        using ModelOutputs outputs = session.Run([ModelInput.Of("hotword", word, 1, MaxTokens)], cancellationToken);
        long[] shape = outputs.Shape("hw_embed");
        if (shape is not [_, 1, _] || (size >= 0 && shape[2] != size))
        {
            string message = $"{session.ModelPath}: expected hw_embed [{MaxTokens}, 1, {size}], found [{string.Join(", ", shape)}]. Is it of the same model?";
            throw new ModelFileException(session.ModelPath, message);
        }

        // The word is one token long, so its embedding is the first state.
        return outputs.Floats("hw_embed")[..(int)shape[2]].ToArray();
    }
}
