using Parley.Inference;
using Parley.Models;

namespace Parley.Speakers;

/// <summary>The embedding network: features of windows in, voices out. Names of input and output are read from the file. Safe for concurrent calls.</summary>
/// <remarks>Graph: one float input [N, frames, bins], a float output [N, dim]. Exports label the batch of the output wrongly, so only the real shape counts.</remarks>
internal sealed class CampPlusModel
{
    private const int UsualDim = 192;
    private readonly ModelSession _session;
    private readonly string _input, _output;
    private readonly int _frames, _bins;

    /// <param name="session">The model.</param>
    /// <param name="frames">Frames of a window.</param>
    /// <param name="bins">Values of a frame.</param>
    /// <exception cref="ModelFileException">The file has other inputs or outputs.</exception>
    public CampPlusModel(ModelSession session, int frames, int bins)
    {
        if (session.Inputs is not [TensorSpec input])
        {
            throw new ModelFileException(
                session.ModelPath,
                $"{session.ModelPath}: expected one input of features, found {string.Join("; ", session.Inputs)}. Is it a speaker embedding model?");
        }

        session.RequireInput(input.Name, TensorType.Float, -1, frames, bins);
        TensorSpec output = session.Outputs.FirstOrDefault(spec => string.Equals(spec.Name, "embedding", StringComparison.Ordinal)) ?? session.Outputs[0];
        session.RequireOutput(output.Name, TensorType.Float, -1, -1);
        (_session, _input, _output, _frames, _bins) = (session, input.Name, output.Name, frames, bins);
        Dim = output.Shape[1] > 0 ? (int)output.Shape[1] : UsualDim;
        MaxBatch = input.Shape[0] > 0 ? (int)input.Shape[0] : int.MaxValue;
        if (MaxBatch is > 1 and < int.MaxValue)
            throw new ModelFileException(session.ModelPath, $"{session.ModelPath}: the batch of {input} is fixed to {MaxBatch}; expected a free one, or 1.");
    }

    /// <summary>Name of the input, of features.</summary>
    public string InputName => _input;

    /// <summary>Values of an embedding.</summary>
    public int Dim { get; }

    /// <summary>Most windows in one call: 1 for an export with a fixed batch.</summary>
    public int MaxBatch { get; }

    /// <summary>Embeds windows.</summary>
    /// <param name="features">Shape [N, frames, bins].</param>
    /// <param name="embeddings">Receives shape [N, Dim].</param>
    /// <param name="cancellationToken">Ends a run in progress.</param>
    /// <exception cref="InferenceException">The run failed, or gave other than finite numbers of the right shape.</exception>
    public void Embed(Memory<float> features, Span<float> embeddings, CancellationToken cancellationToken)
    {
        int count = features.Length / (_frames * _bins);
        using ModelOutputs outputs = _session.Run([ModelInput.Of(_input, features, count, _frames, _bins)], cancellationToken);
        ReadOnlySpan<float> values = outputs.Floats(_output);
        if (values.Length != embeddings.Length)
            throw BadOutput($"expected {_output} [{count}, {Dim}], got [{string.Join(", ", outputs.Shape(_output))}]");
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw BadOutput("an embedding is not finite");
        }

        values.CopyTo(embeddings);
    }

    private InferenceException BadOutput(string what)
        => new(InferenceFault.BadOutput, _session.ModelPath, _session.Device, $"{_session.ModelPath} on {_session.Device}: {what}. Try another device or model file.");
}
