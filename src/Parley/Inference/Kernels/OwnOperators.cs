using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using Parley.Models.Onnx;

namespace Parley.Inference.Kernels;

/// <summary>Makes the project's own operators known to sessions of ONNX Runtime. Safe for concurrent use.</summary>
internal static unsafe class OwnOperators
{
    private static readonly Lazy<nint> Domain = new(CreateDomain);

    /// <summary>Whether this processor has the instructions that they need.</summary>
    public static bool AreSupported => Avx2.IsSupported;

    /// <summary>Lets a session use them, where the processor can.</summary>
    public static void Register(SessionOptions session)
    {
        if (AreSupported)
            OrtFunctions.AddDomain(session.DangerousGetHandle(), Domain.Value);
    }

    // Lives as long as the process: sessions keep it.
    private static nint CreateDomain()
    {
        nint domain = OrtFunctions.CreateDomain(OwnDomain.Name);
        OrtFunctions.AddOperator(domain, PackedMatMulOperator.Describe());
        OrtFunctions.AddOperator(domain, TimeConvolutionOperator.Describe());
        return domain;
    }
}
