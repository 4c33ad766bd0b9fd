using System.Text;
using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Tests.Unit.BuildingBlocks;

/// <summary>What passes as JSON and is no text is known before somebody fails at it.</summary>
[TestFixture]
internal sealed class JsonTextTests
{
    [TestCase(new byte[] { 0xC3, 0x28 })]
    [TestCase(new byte[] { 0xFF })]
    [TestCase(new byte[] { 0xED, 0xA0, 0x80 })]
    public void bytes_that_are_no_utf_8_are_no_text(byte[] bytes)
    {
        JsonText.IsWhole([.. "{\""u8, .. bytes, .. "\": 1}"u8]).ShouldBeFalse();
        JsonText.IsWhole([.. "[\""u8, .. bytes, .. "\"]"u8]).ShouldBeFalse();
    }

    [TestCase("\\ud800")]
    [TestCase("a\\uDC00b")]
    [TestCase("\\ud800\\ud800")]
    [TestCase("\\uDC00\\uD800")]
    public void half_a_pair_is_no_text(string half)
    {
        IsWhole($$"""{"{{half}}": 1}""").ShouldBeFalse();
        IsWhole($$"""[{"a": "{{half}}"}]""").ShouldBeFalse();
    }

    [TestCase("\\ud83d\\uDE00")]
    [TestCase("😀")]
    [TestCase("\\u0000")]
    [TestCase("\\uD55C")]
    [TestCase("\\\\ud800")]
    public void whole_characters_are_text_however_they_are_written(string text) =>
        IsWhole($$"""{"{{text}}": "{{text}}"}""").ShouldBeTrue();

    private static bool IsWhole(string json) => JsonText.IsWhole(Encoding.UTF8.GetBytes(json));
}
