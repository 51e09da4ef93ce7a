using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Parley.Transcripts.Formats;

/// <summary>
/// A document for word processors (Office Open XML, ECMA-376): a title, then a paragraph for each turn, its speaker in bold and its time before the text.
/// Written part by part into a ZIP archive; no part needs more than <see cref="ZipArchive"/> and <see cref="XmlWriter"/>.
/// </summary>
internal static class DocxFormat
{
    private const string Word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string OfficeRelationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Types = "http://schemas.openxmlformats.org/package/2006/content-types";
    private const string Properties = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties";
    private const string PropertiesRelationship = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    private const string Dublin = "http://purl.org/dc/elements/1.1/";
    private const string DublinTerms = "http://purl.org/dc/terms/";
    private const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
    private const string WordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.";

    // From here on letters are set in the East Asian font of a run.
    private const char FirstEastAsian = '\u2E80';

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), CloseOutput = true };

    public static void Write(Transcript transcript, TranscriptDocument document, Stream output)
    {
        using ZipArchive archive = new(output, ZipArchiveMode.Create, leaveOpen: true);
        WritePart(archive, "[Content_Types].xml", document, WriteTypes);
        WritePart(archive, "_rels/.rels", document, xml => WriteRelationships(
            xml, ($"{OfficeRelationships}/officeDocument", "word/document.xml"), (PropertiesRelationship, "docProps/core.xml")));
        WritePart(archive, "docProps/core.xml", document, xml => WriteProperties(xml, document));
        WritePart(archive, "word/_rels/document.xml.rels", document, xml => WriteRelationships(xml, ($"{OfficeRelationships}/styles", "styles.xml")));
        WritePart(archive, "word/styles.xml", document, DocxStyles.Write);
        WritePart(archive, "word/document.xml", document, xml => WriteBody(xml, transcript, document));
    }

    private static void WritePart(ZipArchive archive, string name, TranscriptDocument document, Action<XmlWriter> write)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name);

        // ZIP knows no earlier year, and no later one.
        if (document.CreatedAt.Year is >= 1980 and <= 2107)
            entry.LastWriteTime = document.CreatedAt;
        using XmlWriter xml = XmlWriter.Create(entry.Open(), Settings);
        xml.WriteStartDocument(standalone: true);
        write(xml);
    }

    private static void WriteTypes(XmlWriter xml)
    {
        xml.WriteStartElement("Types", Types);
        WriteEmpty(xml, "Default", ("Extension", "rels"), ("ContentType", "application/vnd.openxmlformats-package.relationships+xml"));
        WriteEmpty(xml, "Default", ("Extension", "xml"), ("ContentType", "application/xml"));
        WriteEmpty(xml, "Override", ("PartName", "/word/document.xml"), ("ContentType", WordType + "document.main+xml"));
        WriteEmpty(xml, "Override", ("PartName", "/word/styles.xml"), ("ContentType", WordType + "styles+xml"));
        WriteEmpty(xml, "Override", ("PartName", "/docProps/core.xml"), ("ContentType", "application/vnd.openxmlformats-package.core-properties+xml"));
        xml.WriteEndElement();
    }

    private static void WriteRelationships(XmlWriter xml, params ReadOnlySpan<(string Type, string Target)> parts)
    {
        xml.WriteStartElement("Relationships", Relationships);
        for (int i = 0; i < parts.Length; i++)
            WriteEmpty(xml, "Relationship", ("Id", $"rId{i + 1}"), ("Type", parts[i].Type), ("Target", parts[i].Target));
        xml.WriteEndElement();
    }

    private static void WriteProperties(XmlWriter xml, TranscriptDocument document)
    {
        xml.WriteStartElement("cp", "coreProperties", Properties);
        xml.WriteElementString("dc", "title", Dublin, Text(document.FileName));
        xml.WriteStartElement("dcterms", "created", DublinTerms);
        xml.WriteAttributeString("xsi", "type", SchemaInstance, "dcterms:W3CDTF");
        xml.WriteString(document.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteBody(XmlWriter xml, Transcript transcript, TranscriptDocument document)
    {
        xml.WriteStartElement("w", "document", Word);
        xml.WriteStartElement("w", "body", Word);
        WriteParagraph(xml, "Title", () => WriteRun(xml, null, Text(document.FileName)));
        WriteParagraph(xml, "Subtitle", () => WriteRun(
            xml, null, $"{document.CreatedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} · {Clock(transcript.Duration.TotalSeconds)}"));
        foreach (TranscriptSegment segment in SentenceMerger.Merge(transcript.Sentences, spaceOut: true))
        {
            if (Text(segment.Text) is { Length: > 0 } text)
                WriteTurn(xml, segment, text, document.ShowSpeakers);
        }

        WritePage(xml);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteTurn(XmlWriter xml, TranscriptSegment segment, string text, bool showSpeaker) => WriteParagraph(xml, null, () =>
    {
        if (showSpeaker && segment.Speaker is { } label && Text(label) is { Length: > 0 } speaker)
            WriteRun(xml, "Speaker", speaker + "  ");
        WriteRun(xml, "Time", Clock(segment.StartSeconds));
        xml.WriteStartElement("w", "r", Word);
        WriteEmptyWord(xml, "br");
        xml.WriteEndElement();
        WriteRun(xml, null, text);
    });

    private static void WriteParagraph(XmlWriter xml, string? style, Action writeRuns)
    {
        xml.WriteStartElement("w", "p", Word);
        if (style is not null)
        {
            xml.WriteStartElement("w", "pPr", Word);
            WriteEmptyWord(xml, "pStyle", ("val", style));
            xml.WriteEndElement();
        }

        writeRuns();
        xml.WriteEndElement();
    }

    private static void WriteRun(XmlWriter xml, string? style, string text)
    {
        bool isEastAsian = text.Any(letter => letter >= FirstEastAsian);
        xml.WriteStartElement("w", "r", Word);
        if (style is not null || isEastAsian)
        {
            xml.WriteStartElement("w", "rPr", Word);
            if (style is not null)
                WriteEmptyWord(xml, "rStyle", ("val", style));

            // Quotation marks and dashes are in both fonts: this says which one is meant.
            if (isEastAsian)
                WriteEmptyWord(xml, "rFonts", ("hint", "eastAsia"));
            xml.WriteEndElement();
        }

        xml.WriteStartElement("w", "t", Word);
        xml.WriteAttributeString("xml", "space", null, "preserve");
        xml.WriteString(text);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    // A4, with margins of an inch; in twentieths of a point.
    private static void WritePage(XmlWriter xml)
    {
        xml.WriteStartElement("w", "sectPr", Word);
        WriteEmptyWord(xml, "pgSz", ("w", "11906"), ("h", "16838"));
        WriteEmptyWord(xml, "pgMar", ("top", "1440"), ("right", "1440"), ("bottom", "1440"), ("left", "1440"), ("header", "720"), ("footer", "720"), ("gutter", "0"));
        xml.WriteEndElement();
    }

    private static void WriteEmptyWord(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement("w", name, Word);
        foreach ((string attribute, string value) in attributes)
            xml.WriteAttributeString("w", attribute, Word, value);
        xml.WriteEndElement();
    }

    private static void WriteEmpty(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name);
        foreach ((string attribute, string value) in attributes)
            xml.WriteAttributeString(attribute, value);
        xml.WriteEndElement();
    }

    /// <summary>One line of what XML can hold.</summary>
    private static string Text(string text)
    {
        string line = CleanText.OneLine(text);
        return line.AsSpan().ContainsAny('\uFFFE', '\uFFFF') ? line.Replace('\uFFFE', '\uFFFD').Replace('\uFFFF', '\uFFFD') : line;
    }

    private static string Clock(double seconds) => Timestamp.Vtt((long)(seconds * 1000))[..8];
}
