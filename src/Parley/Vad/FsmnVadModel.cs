using Parley.Inference;
using Parley.Models;

namespace Parley.Vad;

/// <summary>Runs an FSMN-VAD network block by block: features in, silence scores out. Safe for concurrent calls with different states.</summary>
/// <remarks>
/// Zhang et al., "Deep-FSMN for Large Vocabulary Continuous Speech Recognition", ICASSP 2018. The network looks back only; what it remembers of the
/// blocks before goes in and out as <c>in_cache0..</c> and <c>out_cache0..</c>, so blocks of any length give the scores of the whole, up to rounding.
/// </remarks>
internal sealed class FsmnVadModel
{
    /// <summary>Fbank frames stacked in one row.</summary>
    public const int LfrM = 5;

    /// <summary>Fbank frames between two rows.</summary>
    public const int LfrN = 1;

    /// <summary>Mel bins of one fbank frame.</summary>
    public const int MelBins = 80;

    /// <summary>Values of one row.</summary>
    public const int FeatureSize = LfrM * MelBins;

    private const string Speech = "speech", Logits = "logits", InCache = "in_cache", OutCache = "out_cache";

    private readonly ModelSession _session;
    private readonly int[] _silenceColumns;
    private readonly long[][] _cacheShapes;

    /// <summary>Checks the network's inputs and outputs.</summary>
    /// <param name="session">The network.</param>
    /// <param name="silenceColumns">Columns of its output that mean silence.</param>
    /// <exception cref="ModelFileException">The file is no FSMN-VAD export with caches, or has fewer columns.</exception>
    public FsmnVadModel(ModelSession session, IReadOnlyList<int> silenceColumns)
    {
        _session = session;
        _silenceColumns = [.. silenceColumns];
        session.RequireInput(Speech, TensorType.Float, 1, -1, FeatureSize);
        CheckColumns(session.RequireOutput(Logits, TensorType.Float, 1, -1, -1).Shape[2]);

        int caches = session.Inputs.Count(input => input.Name.StartsWith(InCache, StringComparison.Ordinal));
        if (caches == 0)
        {
            throw Wrong($"{session.ModelPath} has no inputs {InCache}0, {InCache}1, …: it can only score a whole recording at once. "
                + "Use the streaming export (model.onnx of the official repository).");
        }

        _cacheShapes = new long[caches][];
        for (int i = 0; i < caches; i++)
        {
            IReadOnlyList<long> shape = session.RequireInput($"{InCache}{i}", TensorType.Float, 1, -1, -1, 1).Shape;
            if (shape[1] < 1 || shape[2] < 1)
                throw Wrong($"{session.ModelPath}: input {InCache}{i} must state its size, found [{string.Join(", ", shape)}].");
            _cacheShapes[i] = [1, shape[1], shape[2], 1];
            session.RequireOutput($"{OutCache}{i}", TensorType.Float, _cacheShapes[i]);
        }
    }

    /// <summary>Memory of the network at the start of a recording: zeros.</summary>
    public float[][] NewCaches() => [.. _cacheShapes.Select(shape => new float[shape[1] * shape[2]])];

    /// <summary>Scores the next rows of a recording.</summary>
    /// <param name="rows">Normalised features, row-major, shape [T, 400], T at least 1.</param>
    /// <param name="caches">The recording's memory; renewed.</param>
    /// <param name="silence">Receives the sum of the silence columns for each row, in [0, 1], shape [T].</param>
    /// <param name="cancellationToken">Ends the run; the memory is then as before.</param>
    /// <exception cref="InferenceException">The run failed or gave what is no probability.</exception>
    public void Score(Memory<float> rows, float[][] caches, Span<float> silence, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, silence.Length * FeatureSize);
        List<ModelInput> inputs = [ModelInput.Of(Speech, rows, 1, silence.Length, FeatureSize)];
        for (int i = 0; i < caches.Length; i++)
            inputs.Add(ModelInput.Of($"{InCache}{i}", caches[i], _cacheShapes[i]));

        using ModelOutputs outputs = _session.Run(inputs, cancellationToken);
        long[] shape = outputs.Shape(Logits);
        if (shape is not [1, _, _] || shape[1] != silence.Length)
            throw Bad($"expected logits [1, {silence.Length}, …], found [{string.Join(", ", shape)}]");
        int columns = (int)shape[2];
        CheckColumns(columns);
        ReadOnlySpan<float> scores = outputs.Floats(Logits);
        for (int row = 0; row < silence.Length; row++)
        {
            float sum = 0;
            foreach (int column in _silenceColumns)
                sum += scores[(row * columns) + column];
            // The network ends in a softmax; a margin for its rounding.
            if (!(sum is >= -1e-3f and <= 1.001f))
                throw Bad($"silence score {sum} is no probability");
            silence[row] = sum;
        }

        for (int i = 0; i < caches.Length; i++)
            outputs.Floats($"{OutCache}{i}").CopyTo(caches[i]);
    }

    /// <summary>A free axis of the file (-1) is checked when the network has run.</summary>
    private void CheckColumns(long columns)
    {
        if (columns >= 0 && columns <= _silenceColumns.Max())
        {
            throw Wrong($"{_session.ModelPath} gives {columns} columns, but sil_pdf_ids asks for column {_silenceColumns.Max()}. "
                + "Does config.yaml belong to this model?");
        }
    }

    private ModelFileException Wrong(string message) => new(_session.ModelPath, message);

    private InferenceException Bad(string what)
    {
        string message = $"{_session.ModelPath} on {_session.Device}: {what}. Try another device or model file.";
        return new InferenceException(InferenceFault.BadOutput, _session.ModelPath, _session.Device, message);
    }
}
