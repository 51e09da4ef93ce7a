using System.IO.Compression;
using System.Xml.Linq;
using Parley.Transcripts;
using static Parley.Tests.Transcripts.Samples;

namespace Parley.Tests.Transcripts;

public sealed class DocxFormatTests
{
    private static readonly XNamespace Word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    [Fact]
    public void A_document_has_title_speakers_and_times_in_styles_that_it_defines()
    {
        Dictionary<string, XDocument> parts = Parts(Interview, Document);

        XElement[] paragraphs = [.. parts["word/document.xml"].Descendants(Word + "p")];
        paragraphs.Select(Text).ShouldBe(["interview.wav", "2025-10-11 09:31 · 00:00:05", "Speaker1  00:00:00你好，我们开始吧。", "Speaker2  00:00:03好的。"]);
        paragraphs[2].Descendants(Word + "rFonts").Select(fonts => fonts.Attribute(Word + "hint")!.Value).ShouldBe(["eastAsia"]);
        string[] styles = [.. parts["word/styles.xml"].Descendants(Word + "style").Select(style => style.Attribute(Word + "styleId")!.Value)];
        parts["word/document.xml"].Descendants().Where(element => element.Name == Word + "pStyle" || element.Name == Word + "rStyle")
            .Select(style => style.Attribute(Word + "val")!.Value).ShouldBeSubsetOf(styles);
    }

    [Fact]
    public void Every_part_that_is_pointed_to_is_there_and_has_a_type()
    {
        Dictionary<string, XDocument> parts = Parts(Interview, Document);

        string[] typed = [.. parts["[Content_Types].xml"].Root!.Elements().Select(type => type.Attribute("PartName")?.Value.TrimStart('/')).OfType<string>()];
        typed.ShouldBeSubsetOf(parts.Keys);
        string[] targets = [.. Targets("_rels/.rels", ""), .. Targets("word/_rels/document.xml.rels", "word/")];
        targets.Order(StringComparer.Ordinal).ShouldBe(typed.Order(StringComparer.Ordinal));

        IEnumerable<string> Targets(string part, string folder) => parts[part].Root!.Elements().Select(link => folder + link.Attribute("Target")!.Value);
    }

    [Fact]
    public void Hostile_texts_and_names_stay_text()
    {
        Dictionary<string, XDocument> parts = Parts(HostileTranscript, Document with { FileName = "a\u0001<b>\uFFFE&\uD800.wav" });

        XElement[] paragraphs = [.. parts["word/document.xml"].Descendants(Word + "p")];
        paragraphs.Length.ShouldBe(2 + Hostile.Length);
        Text(paragraphs[0]).ShouldBe("a <b>\uFFFD&\uFFFD.wav");
        paragraphs.Select(Text).ShouldContain(text => text.Contains("<script>alert(1)</script>", StringComparison.Ordinal));
    }

    [Fact]
    public void Speakers_can_be_left_out()
        => Text(Parts(Interview, Document with { ShowSpeakers = false })["word/document.xml"].Descendants(Word + "p").Last()).ShouldBe("00:00:03好的。");

    private static string Text(XElement paragraph) => string.Concat(paragraph.Descendants(Word + "t").Select(text => text.Value));

    private static Dictionary<string, XDocument> Parts(Transcript transcript, TranscriptDocument document)
    {
        using MemoryStream file = new();
        TranscriptWriter.Write(transcript, TranscriptFormat.Docx, document, file);
        file.Position = 0;
        using ZipArchive archive = new(file, ZipArchiveMode.Read);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream part = entry.Open();
            return XDocument.Load(part);
        });
    }
}
