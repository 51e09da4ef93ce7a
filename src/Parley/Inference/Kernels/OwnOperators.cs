using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>Makes the project's own operators known to sessions of ONNX Runtime. Safe for concurrent use.</summary>
internal static unsafe class OwnOperators
{
    private static readonly Lazy<nint> Domain = new(MakeKnown);

    /// <summary>Whether this processor has the instructions that they need.</summary>
    public static bool AreSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Makes them known to ONNX Runtime, where the processor has what they need. Has to be done before anything is loaded.</summary>
    public static void Prepare()
    {
        if (AreSupported)
            _ = Domain.Value;
    }

    /// <summary>Lets a session use them, where the processor can.</summary>
    public static void Register(SessionOptions session)
    {
        if (AreSupported)
            OrtFunctions.AddDomain(session.DangerousGetHandle(), Domain.Value);
    }

    // The runtime writes the domain down for the whole process when the first session with it is made, and two at once get into each other's way: so that one is
    // made here. The domain lives as long as the process, since sessions keep it.
    private static nint MakeKnown()
    {
        nint domain = CreateDomain();
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        OrtFunctions.AddDomain(options.DangerousGetHandle(), domain);
        using InferenceSession first = new(OwnDomain.SmallestNetwork(), options);
        return domain;
    }

    private static nint CreateDomain()
    {
        nint domain = OrtFunctions.CreateDomain(OwnDomain.Name);
        OrtFunctions.AddOperator(domain, PackedMatMulOperator.Describe());
        OrtFunctions.AddOperator(domain, DenseLayersOperator.Describe());
        OrtFunctions.AddOperator(domain, TimeConvolutionOperator.Describe());
        OrtFunctions.AddOperator(domain, PlaneConvolutionOperator.Describe());
        OrtFunctions.AddOperator(domain, AttentionOperator.Describe());
        OrtFunctions.AddOperator(domain, RowNormalizationOperator.Describe());
        OrtFunctions.AddOperator(domain, LstmRecurrenceOperator.Describe());
        return domain;
    }
}
