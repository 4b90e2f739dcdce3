using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DataSpace.Cli.Job;

/// <summary>
/// Reads YAML (JSON is YAML) into JSON with the types a reader expects: plain scalars become null, booleans and numbers by the
/// YAML 1.2 core schema, quoted ones stay strings. Refused: anchors, aliases and tags (they hide size and meaning), two
/// documents, repeated keys, depth over <see cref="MaxDepth"/>, more than <see cref="MaxNodes"/> values.
/// </summary>
internal sealed class YamlToJson
{
    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 32;

    /// <summary>Most values in one document.</summary>
    public const int MaxNodes = 20_000;

    private readonly Parser _parser;
    private int _nodes;

    private YamlToJson(TextReader text) => _parser = new Parser(text);

    /// <summary>The document, or a problem with its place.</summary>
    public static (JsonNode? Value, string? Problem) Read(string text)
    {
        YamlToJson? reader = null;
        try
        {
            reader = new YamlToJson(new StringReader(text));
            return (reader.ReadDocument(), null);
        }
        catch (YamlException e)
        {
            // The inner message is the precise one; the outer repeats the position.
            return (null, string.Create(CultureInfo.InvariantCulture, $"line {e.Start.Line}, column {e.Start.Column}: {(e.InnerException ?? e).Message}"));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The library gives up this way on some malformed flow collections and tags.
            return (null, string.Create(CultureInfo.InvariantCulture, $"line {reader?._parser.Current?.End.Line ?? 1}: not YAML"));
        }
    }

    private JsonNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return null;
        _parser.Consume<DocumentStart>();
        var value = ReadNode(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
            throw Refuse("only one document is allowed");
        return value;
    }

    private JsonNode? ReadNode(int depth)
    {
        if (depth > MaxDepth)
            throw Refuse($"nested deeper than {MaxDepth}");
        if (++_nodes > MaxNodes)
            throw Refuse($"more than {MaxNodes} values");
        if (_parser.Current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty) || _parser.Current is AnchorAlias)
            throw Refuse("anchors, aliases and tags are not allowed");
        if (_parser.TryConsume<Scalar>(out var scalar))
            return scalar.Style == ScalarStyle.Plain ? PlainScalar(scalar.Value) : JsonValue.Create(scalar.Value);
        if (_parser.TryConsume<SequenceStart>(out _))
        {
            var array = new JsonArray();
            while (!_parser.TryConsume<SequenceEnd>(out _))
                array.Add(ReadNode(depth + 1));
            return array;
        }
        _parser.Consume<MappingStart>();
        var map = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar { Anchor.IsEmpty: true, Tag.IsEmpty: true })
                throw Refuse("a key must be a plain text");
            var key = _parser.Consume<Scalar>().Value;
            if (map.ContainsKey(key))
                throw Refuse($"the key \"{key}\" appears twice");
            map.Add(key, ReadNode(depth + 1));
        }
        return map;
    }

    private static JsonValue? PlainScalar(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when IsNumber(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static bool IsNumber(string text)
        => (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.') && text.All(c => char.IsAsciiDigit(c) || c is '-' or '+' or '.' or 'e' or 'E');

    private YamlException Refuse(string why) => new(_parser.Current?.Start ?? Mark.Empty, _parser.Current?.End ?? Mark.Empty, why);
}
