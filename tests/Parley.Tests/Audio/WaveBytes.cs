using System.Text;

namespace Parley.Tests.Audio;

/// <summary>Makes WAV files in memory, right ones and wrong ones.</summary>
internal sealed class WaveBytes
{
    private readonly List<byte> _chunks = [];
    private string _id = "RIFF";
    private uint? _riffSize;

    public static byte[] Pcm16(int rateHz, int channels, params IEnumerable<short> samples)
        => new WaveBytes().Format(1, channels, rateHz, 16).Data([.. samples.SelectMany(BitConverter.GetBytes)]).ToArray();

    /// <summary>Half a second of silence, then a tone of 440 Hz at half of full scale, to two and a half seconds.</summary>
    public static byte[] Tone(int rateHz, int channels = 1, double seconds = 2.5)
        => Pcm16(rateHz, channels, Enumerable.Range(0, (int)(rateHz * seconds)).SelectMany(n =>
            Enumerable.Repeat(n < rateHz / 2 ? (short)0 : (short)(16_384 * Math.Sin(2 * Math.PI * 440 * n / rateHz)), channels)));

    public WaveBytes Id(string id)
    {
        _id = id;
        return this;
    }

    public WaveBytes RiffSize(uint size)
    {
        _riffSize = size;
        return this;
    }

    public WaveBytes Format(int tag, int channels, int rateHz, int bits, byte[]? extension = null)
    {
        int block = channels * ((bits + 7) / 8);
        return Chunk("fmt ", [.. U16(tag), .. U16(channels), .. U32((uint)rateHz), .. U32((uint)(rateHz * block)), .. U16(block), .. U16(bits), .. extension ?? []]);
    }

    public WaveBytes Extensible(int tag, int channels, int rateHz, int bits, int validBits)
        => Format(0xFFFE, channels, rateHz, bits, [.. U16(22), .. U16(validBits), .. U32(0), .. U16(tag), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);

    public WaveBytes Data(byte[] bytes, uint? size = null) => Chunk("data", bytes, size);

    public WaveBytes Chunk(string id, byte[] bytes, uint? size = null)
    {
        _chunks.AddRange([.. Encoding.ASCII.GetBytes(id), .. U32(size ?? (uint)bytes.Length), .. bytes]);
        if (size is null && int.IsOddInteger(bytes.Length))
            _chunks.Add(0);
        return this;
    }

    public byte[] ToArray() => [.. Encoding.ASCII.GetBytes(_id), .. U32(_riffSize ?? (uint)(_chunks.Count + 4)), .. "WAVE"u8, .. _chunks];

    public static byte[] U16(int value) => BitConverter.GetBytes((ushort)value);

    public static byte[] U32(uint value) => BitConverter.GetBytes(value);

    public static byte[] U64(ulong value) => BitConverter.GetBytes(value);
}
