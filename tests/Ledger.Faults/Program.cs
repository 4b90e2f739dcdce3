using System.Globalization;
using DataSpace.Ledger.Faults;

if (args is ["write", var directory, var first, var count, var callers])
    return await Writer.RunAsync(directory, Number(first), Number(count), Number(callers));
return await Campaign.RunAsync(args, Console.Out);

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
