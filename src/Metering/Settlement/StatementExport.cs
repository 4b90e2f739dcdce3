using System.Globalization;
using System.Text;
using DataSpace.Kernel.Money;

namespace DataSpace.Metering.Settlement;

/// <summary>A statement for people and spreadsheets. Pure: the same statement gives the same bytes. What counts is the JSON that is signed.</summary>
public static class StatementExport
{
    /// <summary>CSV (RFC 4180, UTF-8): one row per line, share, dispute, posting and signer.</summary>
    public static byte[] ToCsv(StatementDocument statement, IReadOnlyList<StatementSigner> signers)
    {
        var csv = new StringBuilder();
        Row(csv, "record", "item", "kind", "month", "contract", "party", "unit", "quantity", "amountMinor", "currency", "note");
        Row(csv, "statement", "", StatementDocument.StatementKind, statement.Period, "", statement.Consumer, "", "", "", "", statement.Hash());
        for (var i = 0; i < statement.Items.Count; i++)
        {
            var (item, number) = (statement.Items[i], Text(i + 1));
            var contracts = string.Join(' ', item.Contracts);
            foreach (var line in item.Lines)
                Row(csv, "line", number, line.Kind, item.ForPeriod, contracts, "", line.Unit, Text(line.Quantity), Text(line.AmountMinor), item.Currency, "");
            Row(csv, "item", number, item.Kind, item.ForPeriod, contracts, "", "", "", Text(item.AmountMinor), item.Currency, "before " + Text(item.PreviousMinor));
            foreach (var share in item.Shares)
                Row(csv, "share", number, "", item.ForPeriod, contracts, share.Party, "", "", Text(share.AmountMinor), item.Currency, "");
        }
        foreach (var use in statement.Disputes)
            Row(csv, "dispute", "", use.Reason, use.Period, use.ContractId, "", "", "", "", "", use.GrantHash);
        foreach (var use in statement.Unbilled)
            Row(csv, "unbilled", "", use.Reason, use.Period, use.ContractId, "", "", "", "", "", use.GrantHash);
        foreach (var posting in statement.Postings)
            Row(csv, "posting", Text(posting.Transaction), "", "", "", posting.Account, "", "", Text(posting.AmountMinor), posting.Currency, "");
        foreach (var total in statement.Totals)
            Row(csv, "total", "", "", statement.Period, "", "", "", "", Text(total.AmountMinor), total.Currency, "");
        foreach (var signer in signers)
            Row(csv, "signature", "", signer.State, statement.Period, "", signer.Party, "", "", "", "", signer.KeyId);
        Row(csv, "proves", "", "", "", "", "", "", "", "", "", statement.Proves);
        Row(csv, "provesZh", "", "", "", "", "", "", "", "", "", statement.ProvesZh);
        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    /// <summary>PDF, English and Chinese.</summary>
    public static byte[] ToPdf(StatementDocument statement, IReadOnlyList<StatementSigner> signers)
    {
        var pdf = new PdfText();
        pdf.Line("DataSpace  Settlement statement  结算单", 16);
        pdf.Gap();
        pdf.Line($"Month 月份: {statement.Period}    Consumer 使用方: {statement.Consumer}");
        pdf.Line($"SHA-256: {statement.Hash()}");
        foreach (var total in statement.Totals)
            pdf.Line($"Total 合计: {Amount(total.AmountMinor, total.Currency)}", 12);
        Heading(pdf, "Contracts 合约");
        foreach (var contract in statement.Contracts)
        {
            pdf.Line($"{contract.ContractId}  provider 提供方 {contract.Provider}");
            pdf.Line($"  plan 价格方案 {contract.PlanId}  {contract.PlanHash}");
            pdf.Line($"  provider's log 提供方账本 {Text(contract.ProviderLog.Size)} {contract.ProviderLog.RootHash}");
            pdf.Line($"  consumer's log 使用方账本 {Text(contract.ConsumerLog.Size)} {contract.ConsumerLog.RootHash}");
            pdf.Line($"  uses billed for the first time 本次新计费次数: {Text(contract.Uses.Count)}");
        }
        for (var i = 0; i < statement.Items.Count; i++)
            WriteItem(pdf, i + 1, statement.Items[i]);
        Heading(pdf, $"Disputes, not billed 争议（未计费）: {Text(statement.Disputes.Count)}");
        foreach (var use in statement.Disputes)
            pdf.Line($"{use.Period}  {use.Reason}  entry 条目 {Text(use.GrantIndex)}  {use.GrantHash}");
        Heading(pdf, "Postings 记账分录");
        foreach (var posting in statement.Postings)
            pdf.Line($"{Text(posting.Transaction)}  {Amount(posting.AmountMinor, posting.Currency)}  {posting.Account}");
        Heading(pdf, "Signatures 签名");
        foreach (var signer in signers)
        {
            pdf.Line($"{SignatureText(signer.State)}  {signer.Party}");
            if (signer.KeyId.Length > 0)
                pdf.Line($"  key 密钥 {signer.KeyId}");
        }
        pdf.Gap();
        pdf.Line(statement.Proves, 8);
        pdf.Line(statement.ProvesZh, 8);
        return pdf.ToBytes();
    }

    /// <summary>Code and amount with the currency's decimals, for example <c>CNY -12.00</c>.</summary>
    public static string Amount(long minor, string currency)
    {
        var decimals = Currency.Find(currency)?.Decimals ?? 0;
        var digits = Math.Abs((decimal)minor).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return currency + (minor < 0 ? " -" : " ") + (decimals == 0 ? digits : digits.Insert(digits.Length - decimals, "."));
    }

    private static string SignatureText(string state) => state switch
    {
        StatementSigner.Signed => "signed, verified 已签署（验证通过）",
        StatementSigner.Unverified => "not verified here 此处未验证",
        _ => "no signature 无签名",
    };

    private static void WriteItem(PdfText pdf, int number, SettledItem item)
    {
        Heading(pdf, $"{Text(number)}  {(item.Kind == "period" ? "Month 本期" : "Adjustment 调整")} {item.ForPeriod}: {Amount(item.AmountMinor, item.Currency)}");
        foreach (var contract in item.Contracts)
            pdf.Line("contract 合约 " + contract);
        foreach (var line in item.Lines)
            pdf.Line($"{line.Kind} {line.Unit}  {Text(line.Quantity)} (free 免费 {Text(line.Free)})  {Amount(line.AmountMinor, item.Currency)}");
        if (item.PreviousMinor != 0)
            pdf.Line($"charged before 此前已计 {Amount(item.PreviousMinor, item.Currency)}");
        foreach (var share in item.Shares)
            pdf.Line($"share 分成 {Amount(share.AmountMinor, item.Currency)}  {share.Party}");
        foreach (var value in item.Contribution ?? [])
            pdf.Line($"contribution 贡献 {value.Numerator}/{value.Denominator}  {value.Party}");
    }

    private static void Heading(PdfText pdf, string text)
    {
        pdf.Gap();
        pdf.Line(text, 11);
    }

    private static void Row(StringBuilder csv, params string[] cells) => csv.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    /// <summary>Quoted where needed; a text that a spreadsheet would take for a formula gets an apostrophe in front, a whole number stays one.</summary>
    private static string Cell(string text)
    {
        if (text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
