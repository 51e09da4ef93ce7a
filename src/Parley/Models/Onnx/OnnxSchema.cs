namespace Parley.Models.Onnx;

/// <summary>Field numbers of onnx.proto that this program reads or writes; it leaves all others as they are.</summary>
/// <remarks>ONNX, Open Neural Network Exchange Intermediate Representation specification.</remarks>
internal static class OnnxSchema
{
    public const int FloatType = 1, UInt8Type = 2, Int8Type = 3;

    internal static class Model
    {
        public const int Graph = 7, OpsetImport = 8, TrainingInfo = 20, Functions = 25;
    }

    internal static class Opset
    {
        public const int Domain = 1, Version = 2;
    }

    internal static class Graph
    {
        public const int Node = 1, Initializer = 5, Input = 11, Output = 12, ValueInfo = 13, QuantizationAnnotation = 14;
    }

    internal static class Value
    {
        public const int Name = 1;
    }

    internal static class Node
    {
        public const int Input = 1, Output = 2, Name = 3, Operator = 4, Attribute = 5, Domain = 7;
    }

    internal static class Attribute
    {
        public const int Name = 1, Tensor = 5, Subgraph = 6, Subgraphs = 11;
    }

    internal static class Tensor
    {
        public const int Dims = 1, DataType = 2, Name = 8, RawData = 9, ExternalData = 13, DataLocation = 14;
    }

    internal static class Entry
    {
        public const int Key = 1, Value = 2;
    }
}
