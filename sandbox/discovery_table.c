/* SPDX-License-Identifier: Apache-2.0 */
/* Made by tools/discovery_table.py from Google's discovery documents, revisions 20260921 and
 * 20260916. Do not edit. */
/* clang-format off */
#include "sandbox/discovery_table.h"

static const struct discovery_field fields_0[] = { /* AddBandingRequest */
    {"bandedRange", DISCOVERY_MESSAGE, false, 28},
    {0},
};
static const struct discovery_field fields_1[] = { /* AddBandingResponse */
    {"bandedRange", DISCOVERY_MESSAGE, false, 28},
    {0},
};
static const struct discovery_field fields_2[] = { /* AddChartRequest */
    {"chart", DISCOVERY_MESSAGE, false, 138},
    {0},
};
static const struct discovery_field fields_3[] = { /* AddChartResponse */
    {"chart", DISCOVERY_MESSAGE, false, 138},
    {0},
};
static const struct discovery_field fields_4[] = { /* AddCommentReplyRequest */
    {"commentId", DISCOVERY_STRING, false, 0},
    {"post", DISCOVERY_MESSAGE, false, 192},
    {0},
};
static const struct discovery_field fields_5[] = { /* AddCommentReplyResponse */
    {"post", DISCOVERY_MESSAGE, false, 192},
    {0},
};
static const struct discovery_field fields_6[] = { /* AddConditionalFormatRuleRequest */
    {"index", DISCOVERY_INT32, false, 0},
    {"rule", DISCOVERY_MESSAGE, false, 81},
    {0},
};
static const struct discovery_field fields_7[] = { /* AddDataSourceRequest */
    {"dataSource", DISCOVERY_MESSAGE, false, 89},
    {0},
};
static const struct discovery_field fields_8[] = { /* AddDataSourceResponse */
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSource", DISCOVERY_MESSAGE, false, 89},
    {0},
};
static const struct discovery_field fields_9[] = { /* AddDimensionGroupRequest */
    {"range", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_10[] = { /* AddDimensionGroupResponse */
    {"dimensionGroups", DISCOVERY_MESSAGE, true, 130},
    {0},
};
static const struct discovery_field fields_11[] = { /* AddFilterViewRequest */
    {"filter", DISCOVERY_MESSAGE, false, 145},
    {0},
};
static const struct discovery_field fields_12[] = { /* AddFilterViewResponse */
    {"filter", DISCOVERY_MESSAGE, false, 145},
    {0},
};
static const struct discovery_field fields_13[] = { /* AddNamedRangeRequest */
    {"namedRange", DISCOVERY_MESSAGE, false, 174},
    {0},
};
static const struct discovery_field fields_14[] = { /* AddNamedRangeResponse */
    {"namedRange", DISCOVERY_MESSAGE, false, 174},
    {0},
};
static const struct discovery_field fields_15[] = { /* AddProtectedRangeRequest */
    {"protectedRange", DISCOVERY_MESSAGE, false, 194},
    {0},
};
static const struct discovery_field fields_16[] = { /* AddProtectedRangeResponse */
    {"protectedRange", DISCOVERY_MESSAGE, false, 194},
    {0},
};
static const struct discovery_field fields_17[] = { /* AddSheetRequest */
    {"properties", DISCOVERY_MESSAGE, false, 211},
    {0},
};
static const struct discovery_field fields_18[] = { /* AddSheetResponse */
    {"properties", DISCOVERY_MESSAGE, false, 211},
    {0},
};
static const struct discovery_field fields_19[] = { /* AddSlicerRequest */
    {"slicer", DISCOVERY_MESSAGE, false, 212},
    {0},
};
static const struct discovery_field fields_20[] = { /* AddSlicerResponse */
    {"slicer", DISCOVERY_MESSAGE, false, 212},
    {0},
};
static const struct discovery_field fields_21[] = { /* AddTableRequest */
    {"table", DISCOVERY_MESSAGE, false, 220},
    {0},
};
static const struct discovery_field fields_22[] = { /* AddTableResponse */
    {"table", DISCOVERY_MESSAGE, false, 220},
    {0},
};
static const struct discovery_field fields_23[] = { /* AppendCellsRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"rows", DISCOVERY_MESSAGE, true, 204},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {"tableId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_24[] = { /* AppendDimensionRequest */
    {"dimension", DISCOVERY_ENUM, false, 0},
    {"length", DISCOVERY_INT32, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_25[] = { /* AppendValuesResponse */
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"tableRange", DISCOVERY_STRING, false, 0},
    {"updates", DISCOVERY_MESSAGE, false, 259},
    {0},
};
static const struct discovery_field fields_26[] = { /* AutoFillRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"sourceAndDestination", DISCOVERY_MESSAGE, false, 216},
    {"useAlternateSeries", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_27[] = { /* AutoResizeDimensionsRequest */
    {"dataSourceSheetDimensions", DISCOVERY_MESSAGE, false, 101},
    {"dimensions", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_28[] = { /* BandedRange */
    {"bandedRangeId", DISCOVERY_INT32, false, 0},
    {"bandedRangeReference", DISCOVERY_STRING, false, 0},
    {"columnProperties", DISCOVERY_MESSAGE, false, 29},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"rowProperties", DISCOVERY_MESSAGE, false, 29},
    {0},
};
static const struct discovery_field fields_29[] = { /* BandingProperties */
    {"firstBandColor", DISCOVERY_MESSAGE, false, 76},
    {"firstBandColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"footerColor", DISCOVERY_MESSAGE, false, 76},
    {"footerColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"headerColor", DISCOVERY_MESSAGE, false, 76},
    {"headerColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"secondBandColor", DISCOVERY_MESSAGE, false, 76},
    {"secondBandColorStyle", DISCOVERY_MESSAGE, false, 77},
    {0},
};
static const struct discovery_field fields_30[] = { /* BaselineValueFormat */
    {"comparisonType", DISCOVERY_ENUM, false, 1},
    {"description", DISCOVERY_STRING, false, 0},
    {"negativeColor", DISCOVERY_MESSAGE, false, 76},
    {"negativeColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"position", DISCOVERY_MESSAGE, false, 226},
    {"positiveColor", DISCOVERY_MESSAGE, false, 76},
    {"positiveColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"textFormat", DISCOVERY_MESSAGE, false, 224},
    {0},
};
static const struct discovery_field fields_31[] = { /* BasicChartAxis */
    {"format", DISCOVERY_MESSAGE, false, 224},
    {"position", DISCOVERY_ENUM, false, 2},
    {"title", DISCOVERY_STRING, false, 0},
    {"titleTextPosition", DISCOVERY_MESSAGE, false, 226},
    {"viewWindowOptions", DISCOVERY_MESSAGE, false, 63},
    {0},
};
static const struct discovery_field fields_32[] = { /* BasicChartDomain */
    {"domain", DISCOVERY_MESSAGE, false, 65},
    {"reversed", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_33[] = { /* BasicChartSeries */
    {"color", DISCOVERY_MESSAGE, false, 76},
    {"colorStyle", DISCOVERY_MESSAGE, false, 77},
    {"dataLabel", DISCOVERY_MESSAGE, false, 88},
    {"lineStyle", DISCOVERY_MESSAGE, false, 165},
    {"pointStyle", DISCOVERY_MESSAGE, false, 191},
    {"series", DISCOVERY_MESSAGE, false, 65},
    {"styleOverrides", DISCOVERY_MESSAGE, true, 36},
    {"targetAxis", DISCOVERY_ENUM, false, 2},
    {"type", DISCOVERY_ENUM, false, 3},
    {0},
};
static const struct discovery_field fields_34[] = { /* BasicChartSpec */
    {"axis", DISCOVERY_MESSAGE, true, 31},
    {"chartType", DISCOVERY_ENUM, false, 3},
    {"compareMode", DISCOVERY_ENUM, false, 4},
    {"domains", DISCOVERY_MESSAGE, true, 32},
    {"headerCount", DISCOVERY_INT32, false, 0},
    {"interpolateNulls", DISCOVERY_BOOL, false, 0},
    {"legendPosition", DISCOVERY_ENUM, false, 5},
    {"lineSmoothing", DISCOVERY_BOOL, false, 0},
    {"series", DISCOVERY_MESSAGE, true, 33},
    {"stackedType", DISCOVERY_ENUM, false, 6},
    {"threeDimensional", DISCOVERY_BOOL, false, 0},
    {"totalDataLabel", DISCOVERY_MESSAGE, false, 88},
    {0},
};
static const struct discovery_field fields_35[] = { /* BasicFilter */
    {"criteria", DISCOVERY_ANY, false, 0},
    {"filterSpecs", DISCOVERY_MESSAGE, true, 144},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"sortSpecs", DISCOVERY_MESSAGE, true, 215},
    {"tableId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_36[] = { /* BasicSeriesDataPointStyleOverride */
    {"color", DISCOVERY_MESSAGE, false, 76},
    {"colorStyle", DISCOVERY_MESSAGE, false, 77},
    {"index", DISCOVERY_INT32, false, 0},
    {"pointStyle", DISCOVERY_MESSAGE, false, 191},
    {0},
};
static const struct discovery_field fields_37[] = { /* BatchClearValuesRequest */
    {"ranges", DISCOVERY_STRING, true, 0},
    {0},
};
static const struct discovery_field fields_38[] = { /* BatchClearValuesResponse */
    {"clearedRanges", DISCOVERY_STRING, true, 0},
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_39[] = { /* BatchGetValuesByDataFilterRequest */
    {"dataFilters", DISCOVERY_MESSAGE, true, 87},
    {"dateTimeRenderOption", DISCOVERY_ENUM, false, 7},
    {"majorDimension", DISCOVERY_ENUM, false, 0},
    {"valueRenderOption", DISCOVERY_ENUM, false, 8},
    {0},
};
static const struct discovery_field fields_40[] = { /* BatchGetValuesByDataFilterResponse */
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"valueRanges", DISCOVERY_MESSAGE, true, 171},
    {0},
};
static const struct discovery_field fields_41[] = { /* BatchGetValuesResponse */
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"valueRanges", DISCOVERY_MESSAGE, true, 260},
    {0},
};
static const struct discovery_field fields_42[] = { /* BatchUpdateSpreadsheetRequest */
    {"commentsViewMode", DISCOVERY_ENUM, false, 9},
    {"includeSpreadsheetInResponse", DISCOVERY_BOOL, false, 0},
    {"requests", DISCOVERY_MESSAGE, true, 201},
    {"responseIncludeGridData", DISCOVERY_BOOL, false, 0},
    {"responseRanges", DISCOVERY_STRING, true, 0},
    {0},
};
static const struct discovery_field fields_43[] = { /* BatchUpdateSpreadsheetResponse */
    {"commentUpdateState", DISCOVERY_ENUM, false, 10},
    {"replies", DISCOVERY_MESSAGE, true, 202},
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"updatedSpreadsheet", DISCOVERY_MESSAGE, false, 217},
    {0},
};
static const struct discovery_field fields_44[] = { /* BatchUpdateValuesRequest */
    {"data", DISCOVERY_MESSAGE, true, 260},
    {"includeValuesInResponse", DISCOVERY_BOOL, false, 0},
    {"responseDateTimeRenderOption", DISCOVERY_ENUM, false, 7},
    {"responseValueRenderOption", DISCOVERY_ENUM, false, 8},
    {"valueInputOption", DISCOVERY_ENUM, false, 11},
    {0},
};
static const struct discovery_field fields_45[] = { /* BatchUpdateValuesResponse */
    {"responses", DISCOVERY_MESSAGE, true, 259},
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"totalUpdatedCells", DISCOVERY_INT32, false, 0},
    {"totalUpdatedColumns", DISCOVERY_INT32, false, 0},
    {"totalUpdatedRows", DISCOVERY_INT32, false, 0},
    {"totalUpdatedSheets", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_46[] = { /* BigQueryDataSourceSpec */
    {"projectId", DISCOVERY_STRING, false, 0},
    {"querySpec", DISCOVERY_MESSAGE, false, 47},
    {"tableSpec", DISCOVERY_MESSAGE, false, 48},
    {0},
};
static const struct discovery_field fields_47[] = { /* BigQueryQuerySpec */
    {"rawQuery", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_48[] = { /* BigQueryTableSpec */
    {"datasetId", DISCOVERY_STRING, false, 0},
    {"tableId", DISCOVERY_STRING, false, 0},
    {"tableProjectId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_49[] = { /* BooleanCondition */
    {"type", DISCOVERY_ENUM, false, 12},
    {"values", DISCOVERY_MESSAGE, true, 80},
    {0},
};
static const struct discovery_field fields_50[] = { /* BooleanRule */
    {"condition", DISCOVERY_MESSAGE, false, 49},
    {"format", DISCOVERY_MESSAGE, false, 62},
    {0},
};
static const struct discovery_field fields_51[] = { /* Border */
    {"color", DISCOVERY_MESSAGE, false, 76},
    {"colorStyle", DISCOVERY_MESSAGE, false, 77},
    {"style", DISCOVERY_ENUM, false, 13},
    {"width", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_52[] = { /* Borders */
    {"bottom", DISCOVERY_MESSAGE, false, 51},
    {"left", DISCOVERY_MESSAGE, false, 51},
    {"right", DISCOVERY_MESSAGE, false, 51},
    {"top", DISCOVERY_MESSAGE, false, 51},
    {0},
};
static const struct discovery_field fields_53[] = { /* BubbleChartSpec */
    {"bubbleBorderColor", DISCOVERY_MESSAGE, false, 76},
    {"bubbleBorderColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"bubbleLabels", DISCOVERY_MESSAGE, false, 65},
    {"bubbleMaxRadiusSize", DISCOVERY_INT32, false, 0},
    {"bubbleMinRadiusSize", DISCOVERY_INT32, false, 0},
    {"bubbleOpacity", DISCOVERY_FLOAT, false, 0},
    {"bubbleSizes", DISCOVERY_MESSAGE, false, 65},
    {"bubbleTextStyle", DISCOVERY_MESSAGE, false, 224},
    {"domain", DISCOVERY_MESSAGE, false, 65},
    {"groupIds", DISCOVERY_MESSAGE, false, 65},
    {"legendPosition", DISCOVERY_ENUM, false, 14},
    {"series", DISCOVERY_MESSAGE, false, 65},
    {0},
};
static const struct discovery_field fields_54[] = { /* CancelDataSourceRefreshRequest */
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {"isAll", DISCOVERY_BOOL, false, 0},
    {"references", DISCOVERY_MESSAGE, false, 95},
    {0},
};
static const struct discovery_field fields_55[] = { /* CancelDataSourceRefreshResponse */
    {"statuses", DISCOVERY_MESSAGE, true, 56},
    {0},
};
static const struct discovery_field fields_56[] = { /* CancelDataSourceRefreshStatus */
    {"reference", DISCOVERY_MESSAGE, false, 94},
    {"refreshCancellationStatus", DISCOVERY_MESSAGE, false, 196},
    {0},
};
static const struct discovery_field fields_57[] = { /* CandlestickChartSpec */
    {"data", DISCOVERY_MESSAGE, true, 58},
    {"domain", DISCOVERY_MESSAGE, false, 59},
    {0},
};
static const struct discovery_field fields_58[] = { /* CandlestickData */
    {"closeSeries", DISCOVERY_MESSAGE, false, 60},
    {"highSeries", DISCOVERY_MESSAGE, false, 60},
    {"lowSeries", DISCOVERY_MESSAGE, false, 60},
    {"openSeries", DISCOVERY_MESSAGE, false, 60},
    {0},
};
static const struct discovery_field fields_59[] = { /* CandlestickDomain */
    {"data", DISCOVERY_MESSAGE, false, 65},
    {"reversed", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_60[] = { /* CandlestickSeries */
    {"data", DISCOVERY_MESSAGE, false, 65},
    {0},
};
static const struct discovery_field fields_61[] = { /* CellData */
    {"chipRuns", DISCOVERY_MESSAGE, true, 72},
    {"dataSourceFormula", DISCOVERY_MESSAGE, false, 93},
    {"dataSourceTable", DISCOVERY_MESSAGE, false, 104},
    {"dataValidation", DISCOVERY_MESSAGE, false, 105},
    {"effectiveFormat", DISCOVERY_MESSAGE, false, 62},
    {"effectiveValue", DISCOVERY_MESSAGE, false, 142},
    {"formattedValue", DISCOVERY_STRING, false, 0},
    {"hyperlink", DISCOVERY_STRING, false, 0},
    {"note", DISCOVERY_STRING, false, 0},
    {"pivotTable", DISCOVERY_MESSAGE, false, 189},
    {"textFormatRuns", DISCOVERY_MESSAGE, true, 225},
    {"userEnteredFormat", DISCOVERY_MESSAGE, false, 62},
    {"userEnteredValue", DISCOVERY_MESSAGE, false, 142},
    {0},
};
static const struct discovery_field fields_62[] = { /* CellFormat */
    {"backgroundColor", DISCOVERY_MESSAGE, false, 76},
    {"backgroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"borders", DISCOVERY_MESSAGE, false, 52},
    {"horizontalAlignment", DISCOVERY_ENUM, false, 15},
    {"hyperlinkDisplayType", DISCOVERY_ENUM, false, 16},
    {"numberFormat", DISCOVERY_MESSAGE, false, 175},
    {"padding", DISCOVERY_MESSAGE, false, 178},
    {"textDirection", DISCOVERY_ENUM, false, 17},
    {"textFormat", DISCOVERY_MESSAGE, false, 224},
    {"textRotation", DISCOVERY_MESSAGE, false, 227},
    {"verticalAlignment", DISCOVERY_ENUM, false, 18},
    {"wrapStrategy", DISCOVERY_ENUM, false, 19},
    {0},
};
static const struct discovery_field fields_63[] = { /* ChartAxisViewWindowOptions */
    {"viewWindowMax", DISCOVERY_DOUBLE, false, 0},
    {"viewWindowMin", DISCOVERY_DOUBLE, false, 0},
    {"viewWindowMode", DISCOVERY_ENUM, false, 20},
    {0},
};
static const struct discovery_field fields_64[] = { /* ChartCustomNumberFormatOptions */
    {"prefix", DISCOVERY_STRING, false, 0},
    {"suffix", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_65[] = { /* ChartData */
    {"aggregateType", DISCOVERY_ENUM, false, 21},
    {"columnReference", DISCOVERY_MESSAGE, false, 92},
    {"groupRule", DISCOVERY_MESSAGE, false, 67},
    {"sourceRange", DISCOVERY_MESSAGE, false, 69},
    {0},
};
static const struct discovery_field fields_66[] = { /* ChartDateTimeRule */
    {"type", DISCOVERY_ENUM, false, 22},
    {0},
};
static const struct discovery_field fields_67[] = { /* ChartGroupRule */
    {"dateTimeRule", DISCOVERY_MESSAGE, false, 66},
    {"histogramRule", DISCOVERY_MESSAGE, false, 68},
    {0},
};
static const struct discovery_field fields_68[] = { /* ChartHistogramRule */
    {"intervalSize", DISCOVERY_DOUBLE, false, 0},
    {"maxValue", DISCOVERY_DOUBLE, false, 0},
    {"minValue", DISCOVERY_DOUBLE, false, 0},
    {0},
};
static const struct discovery_field fields_69[] = { /* ChartSourceRange */
    {"sources", DISCOVERY_MESSAGE, true, 153},
    {0},
};
static const struct discovery_field fields_70[] = { /* ChartSpec */
    {"altText", DISCOVERY_STRING, false, 0},
    {"backgroundColor", DISCOVERY_MESSAGE, false, 76},
    {"backgroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"basicChart", DISCOVERY_MESSAGE, false, 34},
    {"bubbleChart", DISCOVERY_MESSAGE, false, 53},
    {"candlestickChart", DISCOVERY_MESSAGE, false, 57},
    {"dataSourceChartProperties", DISCOVERY_MESSAGE, false, 90},
    {"filterSpecs", DISCOVERY_MESSAGE, true, 144},
    {"fontName", DISCOVERY_STRING, false, 0},
    {"hiddenDimensionStrategy", DISCOVERY_ENUM, false, 23},
    {"histogramChart", DISCOVERY_MESSAGE, false, 154},
    {"maximized", DISCOVERY_BOOL, false, 0},
    {"orgChart", DISCOVERY_MESSAGE, false, 176},
    {"pieChart", DISCOVERY_MESSAGE, false, 181},
    {"scorecardChart", DISCOVERY_MESSAGE, false, 205},
    {"sortSpecs", DISCOVERY_MESSAGE, true, 215},
    {"subtitle", DISCOVERY_STRING, false, 0},
    {"subtitleTextFormat", DISCOVERY_MESSAGE, false, 224},
    {"subtitleTextPosition", DISCOVERY_MESSAGE, false, 226},
    {"title", DISCOVERY_STRING, false, 0},
    {"titleTextFormat", DISCOVERY_MESSAGE, false, 224},
    {"titleTextPosition", DISCOVERY_MESSAGE, false, 226},
    {"treemapChart", DISCOVERY_MESSAGE, false, 232},
    {"waterfallChart", DISCOVERY_MESSAGE, false, 265},
    {0},
};
static const struct discovery_field fields_71[] = { /* Chip */
    {"personProperties", DISCOVERY_MESSAGE, false, 180},
    {"richLinkProperties", DISCOVERY_MESSAGE, false, 203},
    {0},
};
static const struct discovery_field fields_72[] = { /* ChipRun */
    {"chip", DISCOVERY_MESSAGE, false, 71},
    {"startIndex", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_73[] = { /* ClearBasicFilterRequest */
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_74[] = { /* ClearValuesRequest */
    {0},
};
static const struct discovery_field fields_75[] = { /* ClearValuesResponse */
    {"clearedRange", DISCOVERY_STRING, false, 0},
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_76[] = { /* Color */
    {"alpha", DISCOVERY_FLOAT, false, 0},
    {"blue", DISCOVERY_FLOAT, false, 0},
    {"green", DISCOVERY_FLOAT, false, 0},
    {"red", DISCOVERY_FLOAT, false, 0},
    {0},
};
static const struct discovery_field fields_77[] = { /* ColorStyle */
    {"rgbColor", DISCOVERY_MESSAGE, false, 76},
    {"themeColor", DISCOVERY_ENUM, false, 24},
    {0},
};
static const struct discovery_field fields_78[] = { /* CommentAnchor */
    {"anchorId", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_79[] = { /* CommentThread */
    {"anchorId", DISCOVERY_STRING, false, 0},
    {"commentId", DISCOVERY_STRING, false, 0},
    {"headPost", DISCOVERY_MESSAGE, false, 192},
    {"plainTextQuote", DISCOVERY_STRING, false, 0},
    {"replies", DISCOVERY_MESSAGE, true, 192},
    {"status", DISCOVERY_ENUM, false, 25},
    {0},
};
static const struct discovery_field fields_80[] = { /* ConditionValue */
    {"relativeDate", DISCOVERY_ENUM, false, 26},
    {"userEnteredValue", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_81[] = { /* ConditionalFormatRule */
    {"booleanRule", DISCOVERY_MESSAGE, false, 50},
    {"gradientRule", DISCOVERY_MESSAGE, false, 149},
    {"ranges", DISCOVERY_MESSAGE, true, 153},
    {0},
};
static const struct discovery_field fields_82[] = { /* CopyPasteRequest */
    {"destination", DISCOVERY_MESSAGE, false, 153},
    {"pasteOrientation", DISCOVERY_ENUM, false, 27},
    {"pasteType", DISCOVERY_ENUM, false, 28},
    {"source", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_83[] = { /* CreateDeveloperMetadataRequest */
    {"developerMetadata", DISCOVERY_MESSAGE, false, 127},
    {0},
};
static const struct discovery_field fields_84[] = { /* CreateDeveloperMetadataResponse */
    {"developerMetadata", DISCOVERY_MESSAGE, false, 127},
    {0},
};
static const struct discovery_field fields_85[] = { /* CutPasteRequest */
    {"destination", DISCOVERY_MESSAGE, false, 150},
    {"pasteType", DISCOVERY_ENUM, false, 28},
    {"source", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_86[] = { /* DataExecutionStatus */
    {"errorCode", DISCOVERY_ENUM, false, 29},
    {"errorMessage", DISCOVERY_STRING, false, 0},
    {"lastRefreshTime", DISCOVERY_STRING, false, 0},
    {"state", DISCOVERY_ENUM, false, 30},
    {0},
};
static const struct discovery_field fields_87[] = { /* DataFilter */
    {"a1Range", DISCOVERY_STRING, false, 0},
    {"developerMetadataLookup", DISCOVERY_MESSAGE, false, 129},
    {"gridRange", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_88[] = { /* DataLabel */
    {"customLabelData", DISCOVERY_MESSAGE, false, 65},
    {"placement", DISCOVERY_ENUM, false, 31},
    {"textFormat", DISCOVERY_MESSAGE, false, 224},
    {"type", DISCOVERY_ENUM, false, 32},
    {0},
};
static const struct discovery_field fields_89[] = { /* DataSource */
    {"calculatedColumns", DISCOVERY_MESSAGE, true, 91},
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {"spec", DISCOVERY_MESSAGE, false, 103},
    {0},
};
static const struct discovery_field fields_90[] = { /* DataSourceChartProperties */
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_91[] = { /* DataSourceColumn */
    {"formula", DISCOVERY_STRING, false, 0},
    {"reference", DISCOVERY_MESSAGE, false, 92},
    {0},
};
static const struct discovery_field fields_92[] = { /* DataSourceColumnReference */
    {"name", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_93[] = { /* DataSourceFormula */
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_94[] = { /* DataSourceObjectReference */
    {"chartId", DISCOVERY_INT32, false, 0},
    {"dataSourceFormulaCell", DISCOVERY_MESSAGE, false, 150},
    {"dataSourcePivotTableAnchorCell", DISCOVERY_MESSAGE, false, 150},
    {"dataSourceTableAnchorCell", DISCOVERY_MESSAGE, false, 150},
    {"sheetId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_95[] = { /* DataSourceObjectReferences */
    {"references", DISCOVERY_MESSAGE, true, 94},
    {0},
};
static const struct discovery_field fields_96[] = { /* DataSourceParameter */
    {"name", DISCOVERY_STRING, false, 0},
    {"namedRangeId", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_97[] = { /* DataSourceRefreshDailySchedule */
    {"startTime", DISCOVERY_MESSAGE, false, 230},
    {0},
};
static const struct discovery_field fields_98[] = { /* DataSourceRefreshMonthlySchedule */
    {"daysOfMonth", DISCOVERY_INT32, true, 0},
    {"startTime", DISCOVERY_MESSAGE, false, 230},
    {0},
};
static const struct discovery_field fields_99[] = { /* DataSourceRefreshSchedule */
    {"dailySchedule", DISCOVERY_MESSAGE, false, 97},
    {"enabled", DISCOVERY_BOOL, false, 0},
    {"monthlySchedule", DISCOVERY_MESSAGE, false, 98},
    {"nextRun", DISCOVERY_MESSAGE, false, 162},
    {"refreshScope", DISCOVERY_ENUM, false, 33},
    {"weeklySchedule", DISCOVERY_MESSAGE, false, 100},
    {0},
};
static const struct discovery_field fields_100[] = { /* DataSourceRefreshWeeklySchedule */
    {"daysOfWeek", DISCOVERY_ENUM, true, 34},
    {"startTime", DISCOVERY_MESSAGE, false, 230},
    {0},
};
static const struct discovery_field fields_101[] = { /* DataSourceSheetDimensionRange */
    {"columnReferences", DISCOVERY_MESSAGE, true, 92},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_102[] = { /* DataSourceSheetProperties */
    {"columns", DISCOVERY_MESSAGE, true, 91},
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_103[] = { /* DataSourceSpec */
    {"bigQuery", DISCOVERY_MESSAGE, false, 46},
    {"looker", DISCOVERY_MESSAGE, false, 167},
    {"parameters", DISCOVERY_MESSAGE, true, 96},
    {0},
};
static const struct discovery_field fields_104[] = { /* DataSourceTable */
    {"columnSelectionType", DISCOVERY_ENUM, false, 35},
    {"columns", DISCOVERY_MESSAGE, true, 92},
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {"filterSpecs", DISCOVERY_MESSAGE, true, 144},
    {"rowLimit", DISCOVERY_INT32, false, 0},
    {"sortSpecs", DISCOVERY_MESSAGE, true, 215},
    {0},
};
static const struct discovery_field fields_105[] = { /* DataValidationRule */
    {"condition", DISCOVERY_MESSAGE, false, 49},
    {"inputMessage", DISCOVERY_STRING, false, 0},
    {"showCustomUi", DISCOVERY_BOOL, false, 0},
    {"strict", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_106[] = { /* DateTimeRule */
    {"type", DISCOVERY_ENUM, false, 36},
    {0},
};
static const struct discovery_field fields_107[] = { /* DeleteBandingRequest */
    {"bandedRangeId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_108[] = { /* DeleteCommentReplyRequest */
    {"commentId", DISCOVERY_STRING, false, 0},
    {"postId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_109[] = { /* DeleteCommentRequest */
    {"commentId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_110[] = { /* DeleteConditionalFormatRuleRequest */
    {"index", DISCOVERY_INT32, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_111[] = { /* DeleteConditionalFormatRuleResponse */
    {"rule", DISCOVERY_MESSAGE, false, 81},
    {0},
};
static const struct discovery_field fields_112[] = { /* DeleteDataSourceRequest */
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_113[] = { /* DeleteDeveloperMetadataRequest */
    {"dataFilter", DISCOVERY_MESSAGE, false, 87},
    {0},
};
static const struct discovery_field fields_114[] = { /* DeleteDeveloperMetadataResponse */
    {"deletedDeveloperMetadata", DISCOVERY_MESSAGE, true, 127},
    {0},
};
static const struct discovery_field fields_115[] = { /* DeleteDimensionGroupRequest */
    {"range", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_116[] = { /* DeleteDimensionGroupResponse */
    {"dimensionGroups", DISCOVERY_MESSAGE, true, 130},
    {0},
};
static const struct discovery_field fields_117[] = { /* DeleteDimensionRequest */
    {"range", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_118[] = { /* DeleteDuplicatesRequest */
    {"comparisonColumns", DISCOVERY_MESSAGE, true, 132},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_119[] = { /* DeleteDuplicatesResponse */
    {"duplicatesRemovedCount", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_120[] = { /* DeleteEmbeddedObjectRequest */
    {"objectId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_121[] = { /* DeleteFilterViewRequest */
    {"filterId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_122[] = { /* DeleteNamedRangeRequest */
    {"namedRangeId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_123[] = { /* DeleteProtectedRangeRequest */
    {"protectedRangeId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_124[] = { /* DeleteRangeRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"shiftDimension", DISCOVERY_ENUM, false, 0},
    {0},
};
static const struct discovery_field fields_125[] = { /* DeleteSheetRequest */
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_126[] = { /* DeleteTableRequest */
    {"tableId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_127[] = { /* DeveloperMetadata */
    {"location", DISCOVERY_MESSAGE, false, 128},
    {"metadataId", DISCOVERY_INT32, false, 0},
    {"metadataKey", DISCOVERY_STRING, false, 0},
    {"metadataValue", DISCOVERY_STRING, false, 0},
    {"visibility", DISCOVERY_ENUM, false, 37},
    {0},
};
static const struct discovery_field fields_128[] = { /* DeveloperMetadataLocation */
    {"dimensionRange", DISCOVERY_MESSAGE, false, 132},
    {"locationType", DISCOVERY_ENUM, false, 38},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {"spreadsheet", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_129[] = { /* DeveloperMetadataLookup */
    {"locationMatchingStrategy", DISCOVERY_ENUM, false, 39},
    {"locationType", DISCOVERY_ENUM, false, 38},
    {"metadataId", DISCOVERY_INT32, false, 0},
    {"metadataKey", DISCOVERY_STRING, false, 0},
    {"metadataLocation", DISCOVERY_MESSAGE, false, 128},
    {"metadataValue", DISCOVERY_STRING, false, 0},
    {"visibility", DISCOVERY_ENUM, false, 37},
    {0},
};
static const struct discovery_field fields_130[] = { /* DimensionGroup */
    {"collapsed", DISCOVERY_BOOL, false, 0},
    {"depth", DISCOVERY_INT32, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_131[] = { /* DimensionProperties */
    {"dataSourceColumnReference", DISCOVERY_MESSAGE, false, 92},
    {"developerMetadata", DISCOVERY_MESSAGE, true, 127},
    {"hiddenByFilter", DISCOVERY_BOOL, false, 0},
    {"hiddenByUser", DISCOVERY_BOOL, false, 0},
    {"pixelSize", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_132[] = { /* DimensionRange */
    {"dimension", DISCOVERY_ENUM, false, 0},
    {"endIndex", DISCOVERY_INT32, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {"startIndex", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_133[] = { /* DuplicateFilterViewRequest */
    {"filterId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_134[] = { /* DuplicateFilterViewResponse */
    {"filter", DISCOVERY_MESSAGE, false, 145},
    {0},
};
static const struct discovery_field fields_135[] = { /* DuplicateSheetRequest */
    {"insertSheetIndex", DISCOVERY_INT32, false, 0},
    {"newSheetId", DISCOVERY_INT32, false, 0},
    {"newSheetName", DISCOVERY_STRING, false, 0},
    {"sourceSheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_136[] = { /* DuplicateSheetResponse */
    {"properties", DISCOVERY_MESSAGE, false, 211},
    {0},
};
static const struct discovery_field fields_137[] = { /* Editors */
    {"domainUsersCanEdit", DISCOVERY_BOOL, false, 0},
    {"groups", DISCOVERY_STRING, true, 0},
    {"users", DISCOVERY_STRING, true, 0},
    {0},
};
static const struct discovery_field fields_138[] = { /* EmbeddedChart */
    {"border", DISCOVERY_MESSAGE, false, 139},
    {"chartId", DISCOVERY_INT32, false, 0},
    {"position", DISCOVERY_MESSAGE, false, 140},
    {"spec", DISCOVERY_MESSAGE, false, 70},
    {0},
};
static const struct discovery_field fields_139[] = { /* EmbeddedObjectBorder */
    {"color", DISCOVERY_MESSAGE, false, 76},
    {"colorStyle", DISCOVERY_MESSAGE, false, 77},
    {0},
};
static const struct discovery_field fields_140[] = { /* EmbeddedObjectPosition */
    {"newSheet", DISCOVERY_BOOL, false, 0},
    {"overlayPosition", DISCOVERY_MESSAGE, false, 177},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_141[] = { /* ErrorValue */
    {"message", DISCOVERY_STRING, false, 0},
    {"type", DISCOVERY_ENUM, false, 40},
    {0},
};
static const struct discovery_field fields_142[] = { /* ExtendedValue */
    {"boolValue", DISCOVERY_BOOL, false, 0},
    {"errorValue", DISCOVERY_MESSAGE, false, 141},
    {"formulaValue", DISCOVERY_STRING, false, 0},
    {"numberValue", DISCOVERY_DOUBLE, false, 0},
    {"stringValue", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_143[] = { /* FilterCriteria */
    {"condition", DISCOVERY_MESSAGE, false, 49},
    {"hiddenValues", DISCOVERY_STRING, true, 0},
    {"visibleBackgroundColor", DISCOVERY_MESSAGE, false, 76},
    {"visibleBackgroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"visibleForegroundColor", DISCOVERY_MESSAGE, false, 76},
    {"visibleForegroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {0},
};
static const struct discovery_field fields_144[] = { /* FilterSpec */
    {"columnIndex", DISCOVERY_INT32, false, 0},
    {"dataSourceColumnReference", DISCOVERY_MESSAGE, false, 92},
    {"filterCriteria", DISCOVERY_MESSAGE, false, 143},
    {0},
};
static const struct discovery_field fields_145[] = { /* FilterView */
    {"criteria", DISCOVERY_ANY, false, 0},
    {"filterSpecs", DISCOVERY_MESSAGE, true, 144},
    {"filterViewId", DISCOVERY_INT32, false, 0},
    {"namedRangeId", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"sortSpecs", DISCOVERY_MESSAGE, true, 215},
    {"tableId", DISCOVERY_STRING, false, 0},
    {"title", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_146[] = { /* FindReplaceRequest */
    {"allSheets", DISCOVERY_BOOL, false, 0},
    {"find", DISCOVERY_STRING, false, 0},
    {"includeFormulas", DISCOVERY_BOOL, false, 0},
    {"matchCase", DISCOVERY_BOOL, false, 0},
    {"matchEntireCell", DISCOVERY_BOOL, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"replacement", DISCOVERY_STRING, false, 0},
    {"searchByRegex", DISCOVERY_BOOL, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_147[] = { /* FindReplaceResponse */
    {"formulasChanged", DISCOVERY_INT32, false, 0},
    {"occurrencesChanged", DISCOVERY_INT32, false, 0},
    {"rowsChanged", DISCOVERY_INT32, false, 0},
    {"sheetsChanged", DISCOVERY_INT32, false, 0},
    {"valuesChanged", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_148[] = { /* GetSpreadsheetByDataFilterRequest */
    {"commentsViewMode", DISCOVERY_ENUM, false, 9},
    {"dataFilters", DISCOVERY_MESSAGE, true, 87},
    {"excludeTablesInBandedRanges", DISCOVERY_BOOL, false, 0},
    {"includeGridData", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_149[] = { /* GradientRule */
    {"maxpoint", DISCOVERY_MESSAGE, false, 161},
    {"midpoint", DISCOVERY_MESSAGE, false, 161},
    {"minpoint", DISCOVERY_MESSAGE, false, 161},
    {0},
};
static const struct discovery_field fields_150[] = { /* GridCoordinate */
    {"columnIndex", DISCOVERY_INT32, false, 0},
    {"rowIndex", DISCOVERY_INT32, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_151[] = { /* GridData */
    {"columnMetadata", DISCOVERY_MESSAGE, true, 131},
    {"rowData", DISCOVERY_MESSAGE, true, 204},
    {"rowMetadata", DISCOVERY_MESSAGE, true, 131},
    {"startColumn", DISCOVERY_INT32, false, 0},
    {"startRow", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_152[] = { /* GridProperties */
    {"columnCount", DISCOVERY_INT32, false, 0},
    {"columnGroupControlAfter", DISCOVERY_BOOL, false, 0},
    {"frozenColumnCount", DISCOVERY_INT32, false, 0},
    {"frozenRowCount", DISCOVERY_INT32, false, 0},
    {"hideGridlines", DISCOVERY_BOOL, false, 0},
    {"rowCount", DISCOVERY_INT32, false, 0},
    {"rowGroupControlAfter", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_153[] = { /* GridRange */
    {"endColumnIndex", DISCOVERY_INT32, false, 0},
    {"endRowIndex", DISCOVERY_INT32, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {"startColumnIndex", DISCOVERY_INT32, false, 0},
    {"startRowIndex", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_154[] = { /* HistogramChartSpec */
    {"bucketSize", DISCOVERY_DOUBLE, false, 0},
    {"legendPosition", DISCOVERY_ENUM, false, 41},
    {"outlierPercentile", DISCOVERY_DOUBLE, false, 0},
    {"series", DISCOVERY_MESSAGE, true, 156},
    {"showItemDividers", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_155[] = { /* HistogramRule */
    {"end", DISCOVERY_DOUBLE, false, 0},
    {"interval", DISCOVERY_DOUBLE, false, 0},
    {"start", DISCOVERY_DOUBLE, false, 0},
    {0},
};
static const struct discovery_field fields_156[] = { /* HistogramSeries */
    {"barColor", DISCOVERY_MESSAGE, false, 76},
    {"barColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"data", DISCOVERY_MESSAGE, false, 65},
    {0},
};
static const struct discovery_field fields_157[] = { /* InsertCommentRequest */
    {"assigneeEmailAddress", DISCOVERY_STRING, false, 0},
    {"content", DISCOVERY_STRING, false, 0},
    {"coordinate", DISCOVERY_MESSAGE, false, 150},
    {0},
};
static const struct discovery_field fields_158[] = { /* InsertCommentResponse */
    {"commentThread", DISCOVERY_MESSAGE, false, 79},
    {0},
};
static const struct discovery_field fields_159[] = { /* InsertDimensionRequest */
    {"inheritFromBefore", DISCOVERY_BOOL, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_160[] = { /* InsertRangeRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"shiftDimension", DISCOVERY_ENUM, false, 0},
    {0},
};
static const struct discovery_field fields_161[] = { /* InterpolationPoint */
    {"color", DISCOVERY_MESSAGE, false, 76},
    {"colorStyle", DISCOVERY_MESSAGE, false, 77},
    {"type", DISCOVERY_ENUM, false, 42},
    {"value", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_162[] = { /* Interval */
    {"endTime", DISCOVERY_STRING, false, 0},
    {"startTime", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_163[] = { /* IterativeCalculationSettings */
    {"convergenceThreshold", DISCOVERY_DOUBLE, false, 0},
    {"maxIterations", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_164[] = { /* KeyValueFormat */
    {"position", DISCOVERY_MESSAGE, false, 226},
    {"textFormat", DISCOVERY_MESSAGE, false, 224},
    {0},
};
static const struct discovery_field fields_165[] = { /* LineStyle */
    {"type", DISCOVERY_ENUM, false, 43},
    {"width", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_166[] = { /* Link */
    {"uri", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_167[] = { /* LookerDataSourceSpec */
    {"explore", DISCOVERY_STRING, false, 0},
    {"instanceUri", DISCOVERY_STRING, false, 0},
    {"model", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_168[] = { /* ManualRule */
    {"groups", DISCOVERY_MESSAGE, true, 169},
    {0},
};
static const struct discovery_field fields_169[] = { /* ManualRuleGroup */
    {"groupName", DISCOVERY_MESSAGE, false, 142},
    {"items", DISCOVERY_MESSAGE, true, 142},
    {0},
};
static const struct discovery_field fields_170[] = { /* MatchedDeveloperMetadata */
    {"dataFilters", DISCOVERY_MESSAGE, true, 87},
    {"developerMetadata", DISCOVERY_MESSAGE, false, 127},
    {0},
};
static const struct discovery_field fields_171[] = { /* MatchedValueRange */
    {"dataFilters", DISCOVERY_MESSAGE, true, 87},
    {"valueRange", DISCOVERY_MESSAGE, false, 260},
    {0},
};
static const struct discovery_field fields_172[] = { /* MergeCellsRequest */
    {"mergeType", DISCOVERY_ENUM, false, 44},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_173[] = { /* MoveDimensionRequest */
    {"destinationIndex", DISCOVERY_INT32, false, 0},
    {"source", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_174[] = { /* NamedRange */
    {"name", DISCOVERY_STRING, false, 0},
    {"namedRangeId", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_175[] = { /* NumberFormat */
    {"pattern", DISCOVERY_STRING, false, 0},
    {"type", DISCOVERY_ENUM, false, 45},
    {0},
};
static const struct discovery_field fields_176[] = { /* OrgChartSpec */
    {"labels", DISCOVERY_MESSAGE, false, 65},
    {"nodeColor", DISCOVERY_MESSAGE, false, 76},
    {"nodeColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"nodeSize", DISCOVERY_ENUM, false, 46},
    {"parentLabels", DISCOVERY_MESSAGE, false, 65},
    {"selectedNodeColor", DISCOVERY_MESSAGE, false, 76},
    {"selectedNodeColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"tooltips", DISCOVERY_MESSAGE, false, 65},
    {0},
};
static const struct discovery_field fields_177[] = { /* OverlayPosition */
    {"anchorCell", DISCOVERY_MESSAGE, false, 150},
    {"heightPixels", DISCOVERY_INT32, false, 0},
    {"offsetXPixels", DISCOVERY_INT32, false, 0},
    {"offsetYPixels", DISCOVERY_INT32, false, 0},
    {"widthPixels", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_178[] = { /* Padding */
    {"bottom", DISCOVERY_INT32, false, 0},
    {"left", DISCOVERY_INT32, false, 0},
    {"right", DISCOVERY_INT32, false, 0},
    {"top", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_179[] = { /* PasteDataRequest */
    {"coordinate", DISCOVERY_MESSAGE, false, 150},
    {"data", DISCOVERY_STRING, false, 0},
    {"delimiter", DISCOVERY_STRING, false, 0},
    {"html", DISCOVERY_BOOL, false, 0},
    {"type", DISCOVERY_ENUM, false, 28},
    {0},
};
static const struct discovery_field fields_180[] = { /* PersonProperties */
    {"displayFormat", DISCOVERY_ENUM, false, 47},
    {"email", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_181[] = { /* PieChartSpec */
    {"domain", DISCOVERY_MESSAGE, false, 65},
    {"legendPosition", DISCOVERY_ENUM, false, 48},
    {"pieHole", DISCOVERY_DOUBLE, false, 0},
    {"series", DISCOVERY_MESSAGE, false, 65},
    {"threeDimensional", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_182[] = { /* PivotFilterCriteria */
    {"condition", DISCOVERY_MESSAGE, false, 49},
    {"visibleByDefault", DISCOVERY_BOOL, false, 0},
    {"visibleValues", DISCOVERY_STRING, true, 0},
    {0},
};
static const struct discovery_field fields_183[] = { /* PivotFilterSpec */
    {"columnOffsetIndex", DISCOVERY_INT32, false, 0},
    {"dataSourceColumnReference", DISCOVERY_MESSAGE, false, 92},
    {"filterCriteria", DISCOVERY_MESSAGE, false, 182},
    {0},
};
static const struct discovery_field fields_184[] = { /* PivotGroup */
    {"dataSourceColumnReference", DISCOVERY_MESSAGE, false, 92},
    {"groupLimit", DISCOVERY_MESSAGE, false, 185},
    {"groupRule", DISCOVERY_MESSAGE, false, 186},
    {"label", DISCOVERY_STRING, false, 0},
    {"repeatHeadings", DISCOVERY_BOOL, false, 0},
    {"showTotals", DISCOVERY_BOOL, false, 0},
    {"sortOrder", DISCOVERY_ENUM, false, 49},
    {"sourceColumnOffset", DISCOVERY_INT32, false, 0},
    {"valueBucket", DISCOVERY_MESSAGE, false, 187},
    {"valueMetadata", DISCOVERY_MESSAGE, true, 188},
    {0},
};
static const struct discovery_field fields_185[] = { /* PivotGroupLimit */
    {"applyOrder", DISCOVERY_INT32, false, 0},
    {"countLimit", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_186[] = { /* PivotGroupRule */
    {"dateTimeRule", DISCOVERY_MESSAGE, false, 106},
    {"histogramRule", DISCOVERY_MESSAGE, false, 155},
    {"manualRule", DISCOVERY_MESSAGE, false, 168},
    {0},
};
static const struct discovery_field fields_187[] = { /* PivotGroupSortValueBucket */
    {"buckets", DISCOVERY_MESSAGE, true, 142},
    {"valuesIndex", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_188[] = { /* PivotGroupValueMetadata */
    {"collapsed", DISCOVERY_BOOL, false, 0},
    {"value", DISCOVERY_MESSAGE, false, 142},
    {0},
};
static const struct discovery_field fields_189[] = { /* PivotTable */
    {"columns", DISCOVERY_MESSAGE, true, 184},
    {"criteria", DISCOVERY_ANY, false, 0},
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {"filterSpecs", DISCOVERY_MESSAGE, true, 183},
    {"rows", DISCOVERY_MESSAGE, true, 184},
    {"source", DISCOVERY_MESSAGE, false, 153},
    {"valueLayout", DISCOVERY_ENUM, false, 50},
    {"values", DISCOVERY_MESSAGE, true, 190},
    {0},
};
static const struct discovery_field fields_190[] = { /* PivotValue */
    {"calculatedDisplayType", DISCOVERY_ENUM, false, 51},
    {"dataSourceColumnReference", DISCOVERY_MESSAGE, false, 92},
    {"formula", DISCOVERY_STRING, false, 0},
    {"name", DISCOVERY_STRING, false, 0},
    {"sourceColumnOffset", DISCOVERY_INT32, false, 0},
    {"summarizeFunction", DISCOVERY_ENUM, false, 52},
    {0},
};
static const struct discovery_field fields_191[] = { /* PointStyle */
    {"shape", DISCOVERY_ENUM, false, 53},
    {"size", DISCOVERY_DOUBLE, false, 0},
    {0},
};
static const struct discovery_field fields_192[] = { /* Post */
    {"assigneeEmail", DISCOVERY_STRING, false, 0},
    {"author", DISCOVERY_MESSAGE, false, 193},
    {"commentAction", DISCOVERY_ENUM, false, 54},
    {"content", DISCOVERY_STRING, false, 0},
    {"contentHtml", DISCOVERY_STRING, false, 0},
    {"createTime", DISCOVERY_STRING, false, 0},
    {"deleted", DISCOVERY_BOOL, false, 0},
    {"fromCopiedSpreadsheet", DISCOVERY_BOOL, false, 0},
    {"fromImportedSpreadsheet", DISCOVERY_BOOL, false, 0},
    {"postId", DISCOVERY_STRING, false, 0},
    {"updateTime", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_193[] = { /* PostAuthor */
    {"anonymous", DISCOVERY_BOOL, false, 0},
    {"displayName", DISCOVERY_STRING, false, 0},
    {"me", DISCOVERY_BOOL, false, 0},
    {"user", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_194[] = { /* ProtectedRange */
    {"description", DISCOVERY_STRING, false, 0},
    {"editors", DISCOVERY_MESSAGE, false, 137},
    {"namedRangeId", DISCOVERY_STRING, false, 0},
    {"protectedRangeId", DISCOVERY_INT32, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"requestingUserCanEdit", DISCOVERY_BOOL, false, 0},
    {"tableId", DISCOVERY_STRING, false, 0},
    {"unprotectedRanges", DISCOVERY_MESSAGE, true, 153},
    {"warningOnly", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_195[] = { /* RandomizeRangeRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_196[] = { /* RefreshCancellationStatus */
    {"errorCode", DISCOVERY_ENUM, false, 55},
    {"state", DISCOVERY_ENUM, false, 56},
    {0},
};
static const struct discovery_field fields_197[] = { /* RefreshDataSourceObjectExecutionStatus */
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"reference", DISCOVERY_MESSAGE, false, 94},
    {0},
};
static const struct discovery_field fields_198[] = { /* RefreshDataSourceRequest */
    {"dataSourceId", DISCOVERY_STRING, false, 0},
    {"force", DISCOVERY_BOOL, false, 0},
    {"isAll", DISCOVERY_BOOL, false, 0},
    {"references", DISCOVERY_MESSAGE, false, 95},
    {0},
};
static const struct discovery_field fields_199[] = { /* RefreshDataSourceResponse */
    {"statuses", DISCOVERY_MESSAGE, true, 197},
    {0},
};
static const struct discovery_field fields_200[] = { /* RepeatCellRequest */
    {"cell", DISCOVERY_MESSAGE, false, 61},
    {"fields", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_201[] = { /* Request */
    {"addBanding", DISCOVERY_MESSAGE, false, 0},
    {"addChart", DISCOVERY_MESSAGE, false, 2},
    {"addCommentReply", DISCOVERY_MESSAGE, false, 4},
    {"addConditionalFormatRule", DISCOVERY_MESSAGE, false, 6},
    {"addDataSource", DISCOVERY_MESSAGE, false, 7},
    {"addDimensionGroup", DISCOVERY_MESSAGE, false, 9},
    {"addFilterView", DISCOVERY_MESSAGE, false, 11},
    {"addNamedRange", DISCOVERY_MESSAGE, false, 13},
    {"addProtectedRange", DISCOVERY_MESSAGE, false, 15},
    {"addSheet", DISCOVERY_MESSAGE, false, 17},
    {"addSlicer", DISCOVERY_MESSAGE, false, 19},
    {"addTable", DISCOVERY_MESSAGE, false, 21},
    {"appendCells", DISCOVERY_MESSAGE, false, 23},
    {"appendDimension", DISCOVERY_MESSAGE, false, 24},
    {"autoFill", DISCOVERY_MESSAGE, false, 26},
    {"autoResizeDimensions", DISCOVERY_MESSAGE, false, 27},
    {"cancelDataSourceRefresh", DISCOVERY_MESSAGE, false, 54},
    {"clearBasicFilter", DISCOVERY_MESSAGE, false, 73},
    {"copyPaste", DISCOVERY_MESSAGE, false, 82},
    {"createDeveloperMetadata", DISCOVERY_MESSAGE, false, 83},
    {"cutPaste", DISCOVERY_MESSAGE, false, 85},
    {"deleteBanding", DISCOVERY_MESSAGE, false, 107},
    {"deleteComment", DISCOVERY_MESSAGE, false, 109},
    {"deleteCommentReply", DISCOVERY_MESSAGE, false, 108},
    {"deleteConditionalFormatRule", DISCOVERY_MESSAGE, false, 110},
    {"deleteDataSource", DISCOVERY_MESSAGE, false, 112},
    {"deleteDeveloperMetadata", DISCOVERY_MESSAGE, false, 113},
    {"deleteDimension", DISCOVERY_MESSAGE, false, 117},
    {"deleteDimensionGroup", DISCOVERY_MESSAGE, false, 115},
    {"deleteDuplicates", DISCOVERY_MESSAGE, false, 118},
    {"deleteEmbeddedObject", DISCOVERY_MESSAGE, false, 120},
    {"deleteFilterView", DISCOVERY_MESSAGE, false, 121},
    {"deleteNamedRange", DISCOVERY_MESSAGE, false, 122},
    {"deleteProtectedRange", DISCOVERY_MESSAGE, false, 123},
    {"deleteRange", DISCOVERY_MESSAGE, false, 124},
    {"deleteSheet", DISCOVERY_MESSAGE, false, 125},
    {"deleteTable", DISCOVERY_MESSAGE, false, 126},
    {"duplicateFilterView", DISCOVERY_MESSAGE, false, 133},
    {"duplicateSheet", DISCOVERY_MESSAGE, false, 135},
    {"findReplace", DISCOVERY_MESSAGE, false, 146},
    {"insertComment", DISCOVERY_MESSAGE, false, 157},
    {"insertDimension", DISCOVERY_MESSAGE, false, 159},
    {"insertRange", DISCOVERY_MESSAGE, false, 160},
    {"mergeCells", DISCOVERY_MESSAGE, false, 172},
    {"moveDimension", DISCOVERY_MESSAGE, false, 173},
    {"pasteData", DISCOVERY_MESSAGE, false, 179},
    {"randomizeRange", DISCOVERY_MESSAGE, false, 195},
    {"refreshDataSource", DISCOVERY_MESSAGE, false, 198},
    {"repeatCell", DISCOVERY_MESSAGE, false, 200},
    {"setBasicFilter", DISCOVERY_MESSAGE, false, 208},
    {"setDataValidation", DISCOVERY_MESSAGE, false, 209},
    {"sortRange", DISCOVERY_MESSAGE, false, 214},
    {"textToColumns", DISCOVERY_MESSAGE, false, 228},
    {"trimWhitespace", DISCOVERY_MESSAGE, false, 233},
    {"unmergeCells", DISCOVERY_MESSAGE, false, 235},
    {"updateBanding", DISCOVERY_MESSAGE, false, 236},
    {"updateBorders", DISCOVERY_MESSAGE, false, 237},
    {"updateCells", DISCOVERY_MESSAGE, false, 238},
    {"updateChartSpec", DISCOVERY_MESSAGE, false, 239},
    {"updateCommentPost", DISCOVERY_MESSAGE, false, 240},
    {"updateConditionalFormatRule", DISCOVERY_MESSAGE, false, 241},
    {"updateDataSource", DISCOVERY_MESSAGE, false, 243},
    {"updateDeveloperMetadata", DISCOVERY_MESSAGE, false, 245},
    {"updateDimensionGroup", DISCOVERY_MESSAGE, false, 247},
    {"updateDimensionProperties", DISCOVERY_MESSAGE, false, 248},
    {"updateEmbeddedObjectBorder", DISCOVERY_MESSAGE, false, 249},
    {"updateEmbeddedObjectPosition", DISCOVERY_MESSAGE, false, 250},
    {"updateFilterView", DISCOVERY_MESSAGE, false, 252},
    {"updateNamedRange", DISCOVERY_MESSAGE, false, 253},
    {"updateProtectedRange", DISCOVERY_MESSAGE, false, 254},
    {"updateSheetProperties", DISCOVERY_MESSAGE, false, 255},
    {"updateSlicerSpec", DISCOVERY_MESSAGE, false, 256},
    {"updateSpreadsheetProperties", DISCOVERY_MESSAGE, false, 257},
    {"updateTable", DISCOVERY_MESSAGE, false, 258},
    {0},
};
static const struct discovery_field fields_202[] = { /* Response */
    {"addBanding", DISCOVERY_MESSAGE, false, 1},
    {"addChart", DISCOVERY_MESSAGE, false, 3},
    {"addCommentReply", DISCOVERY_MESSAGE, false, 5},
    {"addDataSource", DISCOVERY_MESSAGE, false, 8},
    {"addDimensionGroup", DISCOVERY_MESSAGE, false, 10},
    {"addFilterView", DISCOVERY_MESSAGE, false, 12},
    {"addNamedRange", DISCOVERY_MESSAGE, false, 14},
    {"addProtectedRange", DISCOVERY_MESSAGE, false, 16},
    {"addSheet", DISCOVERY_MESSAGE, false, 18},
    {"addSlicer", DISCOVERY_MESSAGE, false, 20},
    {"addTable", DISCOVERY_MESSAGE, false, 22},
    {"cancelDataSourceRefresh", DISCOVERY_MESSAGE, false, 55},
    {"createDeveloperMetadata", DISCOVERY_MESSAGE, false, 84},
    {"deleteConditionalFormatRule", DISCOVERY_MESSAGE, false, 111},
    {"deleteDeveloperMetadata", DISCOVERY_MESSAGE, false, 114},
    {"deleteDimensionGroup", DISCOVERY_MESSAGE, false, 116},
    {"deleteDuplicates", DISCOVERY_MESSAGE, false, 119},
    {"duplicateFilterView", DISCOVERY_MESSAGE, false, 134},
    {"duplicateSheet", DISCOVERY_MESSAGE, false, 136},
    {"findReplace", DISCOVERY_MESSAGE, false, 147},
    {"insertComment", DISCOVERY_MESSAGE, false, 158},
    {"refreshDataSource", DISCOVERY_MESSAGE, false, 199},
    {"trimWhitespace", DISCOVERY_MESSAGE, false, 234},
    {"updateConditionalFormatRule", DISCOVERY_MESSAGE, false, 242},
    {"updateDataSource", DISCOVERY_MESSAGE, false, 244},
    {"updateDeveloperMetadata", DISCOVERY_MESSAGE, false, 246},
    {"updateEmbeddedObjectPosition", DISCOVERY_MESSAGE, false, 251},
    {0},
};
static const struct discovery_field fields_203[] = { /* RichLinkProperties */
    {"mimeType", DISCOVERY_STRING, false, 0},
    {"uri", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_204[] = { /* RowData */
    {"values", DISCOVERY_MESSAGE, true, 61},
    {0},
};
static const struct discovery_field fields_205[] = { /* ScorecardChartSpec */
    {"aggregateType", DISCOVERY_ENUM, false, 21},
    {"baselineValueData", DISCOVERY_MESSAGE, false, 65},
    {"baselineValueFormat", DISCOVERY_MESSAGE, false, 30},
    {"customFormatOptions", DISCOVERY_MESSAGE, false, 64},
    {"keyValueData", DISCOVERY_MESSAGE, false, 65},
    {"keyValueFormat", DISCOVERY_MESSAGE, false, 164},
    {"numberFormatSource", DISCOVERY_ENUM, false, 57},
    {"scaleFactor", DISCOVERY_DOUBLE, false, 0},
    {0},
};
static const struct discovery_field fields_206[] = { /* SearchDeveloperMetadataRequest */
    {"dataFilters", DISCOVERY_MESSAGE, true, 87},
    {0},
};
static const struct discovery_field fields_207[] = { /* SearchDeveloperMetadataResponse */
    {"matchedDeveloperMetadata", DISCOVERY_MESSAGE, true, 170},
    {0},
};
static const struct discovery_field fields_208[] = { /* SetBasicFilterRequest */
    {"filter", DISCOVERY_MESSAGE, false, 35},
    {0},
};
static const struct discovery_field fields_209[] = { /* SetDataValidationRequest */
    {"filteredRowsIncluded", DISCOVERY_BOOL, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"rule", DISCOVERY_MESSAGE, false, 105},
    {0},
};
static const struct discovery_field fields_210[] = { /* Sheet */
    {"bandedRanges", DISCOVERY_MESSAGE, true, 28},
    {"basicFilter", DISCOVERY_MESSAGE, false, 35},
    {"charts", DISCOVERY_MESSAGE, true, 138},
    {"columnGroups", DISCOVERY_MESSAGE, true, 130},
    {"commentAnchors", DISCOVERY_MESSAGE, true, 78},
    {"conditionalFormats", DISCOVERY_MESSAGE, true, 81},
    {"data", DISCOVERY_MESSAGE, true, 151},
    {"developerMetadata", DISCOVERY_MESSAGE, true, 127},
    {"filterViews", DISCOVERY_MESSAGE, true, 145},
    {"merges", DISCOVERY_MESSAGE, true, 153},
    {"properties", DISCOVERY_MESSAGE, false, 211},
    {"protectedRanges", DISCOVERY_MESSAGE, true, 194},
    {"rowGroups", DISCOVERY_MESSAGE, true, 130},
    {"slicers", DISCOVERY_MESSAGE, true, 212},
    {"tables", DISCOVERY_MESSAGE, true, 220},
    {0},
};
static const struct discovery_field fields_211[] = { /* SheetProperties */
    {"dataSourceSheetProperties", DISCOVERY_MESSAGE, false, 102},
    {"gridProperties", DISCOVERY_MESSAGE, false, 152},
    {"hidden", DISCOVERY_BOOL, false, 0},
    {"index", DISCOVERY_INT32, false, 0},
    {"rightToLeft", DISCOVERY_BOOL, false, 0},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {"sheetType", DISCOVERY_ENUM, false, 58},
    {"tabColor", DISCOVERY_MESSAGE, false, 76},
    {"tabColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"title", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_212[] = { /* Slicer */
    {"position", DISCOVERY_MESSAGE, false, 140},
    {"slicerId", DISCOVERY_INT32, false, 0},
    {"spec", DISCOVERY_MESSAGE, false, 213},
    {0},
};
static const struct discovery_field fields_213[] = { /* SlicerSpec */
    {"applyToPivotTables", DISCOVERY_BOOL, false, 0},
    {"backgroundColor", DISCOVERY_MESSAGE, false, 76},
    {"backgroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"columnIndex", DISCOVERY_INT32, false, 0},
    {"dataRange", DISCOVERY_MESSAGE, false, 153},
    {"filterCriteria", DISCOVERY_MESSAGE, false, 143},
    {"horizontalAlignment", DISCOVERY_ENUM, false, 15},
    {"textFormat", DISCOVERY_MESSAGE, false, 224},
    {"title", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_214[] = { /* SortRangeRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"sortSpecs", DISCOVERY_MESSAGE, true, 215},
    {0},
};
static const struct discovery_field fields_215[] = { /* SortSpec */
    {"backgroundColor", DISCOVERY_MESSAGE, false, 76},
    {"backgroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"dataSourceColumnReference", DISCOVERY_MESSAGE, false, 92},
    {"dimensionIndex", DISCOVERY_INT32, false, 0},
    {"foregroundColor", DISCOVERY_MESSAGE, false, 76},
    {"foregroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"sortOrder", DISCOVERY_ENUM, false, 49},
    {0},
};
static const struct discovery_field fields_216[] = { /* SourceAndDestination */
    {"dimension", DISCOVERY_ENUM, false, 0},
    {"fillLength", DISCOVERY_INT32, false, 0},
    {"source", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_217[] = { /* Spreadsheet */
    {"comments", DISCOVERY_MESSAGE, true, 79},
    {"commentsViewMode", DISCOVERY_ENUM, false, 9},
    {"dataSourceSchedules", DISCOVERY_MESSAGE, true, 99},
    {"dataSources", DISCOVERY_MESSAGE, true, 89},
    {"developerMetadata", DISCOVERY_MESSAGE, true, 127},
    {"namedRanges", DISCOVERY_MESSAGE, true, 174},
    {"properties", DISCOVERY_MESSAGE, false, 218},
    {"sheets", DISCOVERY_MESSAGE, true, 210},
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"spreadsheetUrl", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_218[] = { /* SpreadsheetProperties */
    {"autoRecalc", DISCOVERY_ENUM, false, 59},
    {"defaultFormat", DISCOVERY_MESSAGE, false, 62},
    {"importFunctionsExternalUrlAccessAllowed", DISCOVERY_BOOL, false, 0},
    {"iterativeCalculationSettings", DISCOVERY_MESSAGE, false, 163},
    {"locale", DISCOVERY_STRING, false, 0},
    {"spreadsheetTheme", DISCOVERY_MESSAGE, false, 219},
    {"timeZone", DISCOVERY_STRING, false, 0},
    {"title", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_219[] = { /* SpreadsheetTheme */
    {"primaryFontFamily", DISCOVERY_STRING, false, 0},
    {"themeColors", DISCOVERY_MESSAGE, true, 229},
    {0},
};
static const struct discovery_field fields_220[] = { /* Table */
    {"columnProperties", DISCOVERY_MESSAGE, true, 222},
    {"name", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"rowsProperties", DISCOVERY_MESSAGE, false, 223},
    {"tableId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_221[] = { /* TableColumnDataValidationRule */
    {"condition", DISCOVERY_MESSAGE, false, 49},
    {0},
};
static const struct discovery_field fields_222[] = { /* TableColumnProperties */
    {"columnIndex", DISCOVERY_INT32, false, 0},
    {"columnName", DISCOVERY_STRING, false, 0},
    {"columnType", DISCOVERY_ENUM, false, 60},
    {"dataValidationRule", DISCOVERY_MESSAGE, false, 221},
    {0},
};
static const struct discovery_field fields_223[] = { /* TableRowsProperties */
    {"firstBandColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"footerColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"headerColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"secondBandColorStyle", DISCOVERY_MESSAGE, false, 77},
    {0},
};
static const struct discovery_field fields_224[] = { /* TextFormat */
    {"bold", DISCOVERY_BOOL, false, 0},
    {"fontFamily", DISCOVERY_STRING, false, 0},
    {"fontSize", DISCOVERY_INT32, false, 0},
    {"foregroundColor", DISCOVERY_MESSAGE, false, 76},
    {"foregroundColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"italic", DISCOVERY_BOOL, false, 0},
    {"link", DISCOVERY_MESSAGE, false, 166},
    {"strikethrough", DISCOVERY_BOOL, false, 0},
    {"underline", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_225[] = { /* TextFormatRun */
    {"format", DISCOVERY_MESSAGE, false, 224},
    {"startIndex", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_226[] = { /* TextPosition */
    {"horizontalAlignment", DISCOVERY_ENUM, false, 15},
    {0},
};
static const struct discovery_field fields_227[] = { /* TextRotation */
    {"angle", DISCOVERY_INT32, false, 0},
    {"vertical", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_228[] = { /* TextToColumnsRequest */
    {"delimiter", DISCOVERY_STRING, false, 0},
    {"delimiterType", DISCOVERY_ENUM, false, 61},
    {"source", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_229[] = { /* ThemeColorPair */
    {"color", DISCOVERY_MESSAGE, false, 77},
    {"colorType", DISCOVERY_ENUM, false, 24},
    {0},
};
static const struct discovery_field fields_230[] = { /* TimeOfDay */
    {"hours", DISCOVERY_INT32, false, 0},
    {"minutes", DISCOVERY_INT32, false, 0},
    {"nanos", DISCOVERY_INT32, false, 0},
    {"seconds", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_231[] = { /* TreemapChartColorScale */
    {"maxValueColor", DISCOVERY_MESSAGE, false, 76},
    {"maxValueColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"midValueColor", DISCOVERY_MESSAGE, false, 76},
    {"midValueColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"minValueColor", DISCOVERY_MESSAGE, false, 76},
    {"minValueColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"noDataColor", DISCOVERY_MESSAGE, false, 76},
    {"noDataColorStyle", DISCOVERY_MESSAGE, false, 77},
    {0},
};
static const struct discovery_field fields_232[] = { /* TreemapChartSpec */
    {"colorData", DISCOVERY_MESSAGE, false, 65},
    {"colorScale", DISCOVERY_MESSAGE, false, 231},
    {"headerColor", DISCOVERY_MESSAGE, false, 76},
    {"headerColorStyle", DISCOVERY_MESSAGE, false, 77},
    {"hideTooltips", DISCOVERY_BOOL, false, 0},
    {"hintedLevels", DISCOVERY_INT32, false, 0},
    {"labels", DISCOVERY_MESSAGE, false, 65},
    {"levels", DISCOVERY_INT32, false, 0},
    {"maxValue", DISCOVERY_DOUBLE, false, 0},
    {"minValue", DISCOVERY_DOUBLE, false, 0},
    {"parentLabels", DISCOVERY_MESSAGE, false, 65},
    {"sizeData", DISCOVERY_MESSAGE, false, 65},
    {"textFormat", DISCOVERY_MESSAGE, false, 224},
    {0},
};
static const struct discovery_field fields_233[] = { /* TrimWhitespaceRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_234[] = { /* TrimWhitespaceResponse */
    {"cellsChangedCount", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_235[] = { /* UnmergeCellsRequest */
    {"range", DISCOVERY_MESSAGE, false, 153},
    {0},
};
static const struct discovery_field fields_236[] = { /* UpdateBandingRequest */
    {"bandedRange", DISCOVERY_MESSAGE, false, 28},
    {"fields", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_237[] = { /* UpdateBordersRequest */
    {"bottom", DISCOVERY_MESSAGE, false, 51},
    {"innerHorizontal", DISCOVERY_MESSAGE, false, 51},
    {"innerVertical", DISCOVERY_MESSAGE, false, 51},
    {"left", DISCOVERY_MESSAGE, false, 51},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"right", DISCOVERY_MESSAGE, false, 51},
    {"top", DISCOVERY_MESSAGE, false, 51},
    {0},
};
static const struct discovery_field fields_238[] = { /* UpdateCellsRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"range", DISCOVERY_MESSAGE, false, 153},
    {"rows", DISCOVERY_MESSAGE, true, 204},
    {"start", DISCOVERY_MESSAGE, false, 150},
    {0},
};
static const struct discovery_field fields_239[] = { /* UpdateChartSpecRequest */
    {"chartId", DISCOVERY_INT32, false, 0},
    {"spec", DISCOVERY_MESSAGE, false, 70},
    {0},
};
static const struct discovery_field fields_240[] = { /* UpdateCommentPostRequest */
    {"commentId", DISCOVERY_STRING, false, 0},
    {"content", DISCOVERY_STRING, false, 0},
    {"postId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_241[] = { /* UpdateConditionalFormatRuleRequest */
    {"index", DISCOVERY_INT32, false, 0},
    {"newIndex", DISCOVERY_INT32, false, 0},
    {"rule", DISCOVERY_MESSAGE, false, 81},
    {"sheetId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_242[] = { /* UpdateConditionalFormatRuleResponse */
    {"newIndex", DISCOVERY_INT32, false, 0},
    {"newRule", DISCOVERY_MESSAGE, false, 81},
    {"oldIndex", DISCOVERY_INT32, false, 0},
    {"oldRule", DISCOVERY_MESSAGE, false, 81},
    {0},
};
static const struct discovery_field fields_243[] = { /* UpdateDataSourceRequest */
    {"dataSource", DISCOVERY_MESSAGE, false, 89},
    {"fields", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_244[] = { /* UpdateDataSourceResponse */
    {"dataExecutionStatus", DISCOVERY_MESSAGE, false, 86},
    {"dataSource", DISCOVERY_MESSAGE, false, 89},
    {0},
};
static const struct discovery_field fields_245[] = { /* UpdateDeveloperMetadataRequest */
    {"dataFilters", DISCOVERY_MESSAGE, true, 87},
    {"developerMetadata", DISCOVERY_MESSAGE, false, 127},
    {"fields", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_246[] = { /* UpdateDeveloperMetadataResponse */
    {"developerMetadata", DISCOVERY_MESSAGE, true, 127},
    {0},
};
static const struct discovery_field fields_247[] = { /* UpdateDimensionGroupRequest */
    {"dimensionGroup", DISCOVERY_MESSAGE, false, 130},
    {"fields", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_248[] = { /* UpdateDimensionPropertiesRequest */
    {"dataSourceSheetRange", DISCOVERY_MESSAGE, false, 101},
    {"fields", DISCOVERY_STRING, false, 0},
    {"properties", DISCOVERY_MESSAGE, false, 131},
    {"range", DISCOVERY_MESSAGE, false, 132},
    {0},
};
static const struct discovery_field fields_249[] = { /* UpdateEmbeddedObjectBorderRequest */
    {"border", DISCOVERY_MESSAGE, false, 139},
    {"fields", DISCOVERY_STRING, false, 0},
    {"objectId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_250[] = { /* UpdateEmbeddedObjectPositionRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"newPosition", DISCOVERY_MESSAGE, false, 140},
    {"objectId", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_251[] = { /* UpdateEmbeddedObjectPositionResponse */
    {"position", DISCOVERY_MESSAGE, false, 140},
    {0},
};
static const struct discovery_field fields_252[] = { /* UpdateFilterViewRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"filter", DISCOVERY_MESSAGE, false, 145},
    {0},
};
static const struct discovery_field fields_253[] = { /* UpdateNamedRangeRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"namedRange", DISCOVERY_MESSAGE, false, 174},
    {0},
};
static const struct discovery_field fields_254[] = { /* UpdateProtectedRangeRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"protectedRange", DISCOVERY_MESSAGE, false, 194},
    {0},
};
static const struct discovery_field fields_255[] = { /* UpdateSheetPropertiesRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"properties", DISCOVERY_MESSAGE, false, 211},
    {0},
};
static const struct discovery_field fields_256[] = { /* UpdateSlicerSpecRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"slicerId", DISCOVERY_INT32, false, 0},
    {"spec", DISCOVERY_MESSAGE, false, 213},
    {0},
};
static const struct discovery_field fields_257[] = { /* UpdateSpreadsheetPropertiesRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"properties", DISCOVERY_MESSAGE, false, 218},
    {0},
};
static const struct discovery_field fields_258[] = { /* UpdateTableRequest */
    {"fields", DISCOVERY_STRING, false, 0},
    {"table", DISCOVERY_MESSAGE, false, 220},
    {0},
};
static const struct discovery_field fields_259[] = { /* UpdateValuesResponse */
    {"spreadsheetId", DISCOVERY_STRING, false, 0},
    {"updatedCells", DISCOVERY_INT32, false, 0},
    {"updatedColumns", DISCOVERY_INT32, false, 0},
    {"updatedData", DISCOVERY_MESSAGE, false, 260},
    {"updatedRange", DISCOVERY_STRING, false, 0},
    {"updatedRows", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_260[] = { /* ValueRange */
    {"majorDimension", DISCOVERY_ENUM, false, 0},
    {"range", DISCOVERY_STRING, false, 0},
    {"values", DISCOVERY_LIST, true, 0},
    {0},
};
static const struct discovery_field fields_261[] = { /* WaterfallChartColumnStyle */
    {"color", DISCOVERY_MESSAGE, false, 76},
    {"colorStyle", DISCOVERY_MESSAGE, false, 77},
    {"label", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_262[] = { /* WaterfallChartCustomSubtotal */
    {"dataIsSubtotal", DISCOVERY_BOOL, false, 0},
    {"label", DISCOVERY_STRING, false, 0},
    {"subtotalIndex", DISCOVERY_INT32, false, 0},
    {0},
};
static const struct discovery_field fields_263[] = { /* WaterfallChartDomain */
    {"data", DISCOVERY_MESSAGE, false, 65},
    {"reversed", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_264[] = { /* WaterfallChartSeries */
    {"customSubtotals", DISCOVERY_MESSAGE, true, 262},
    {"data", DISCOVERY_MESSAGE, false, 65},
    {"dataLabel", DISCOVERY_MESSAGE, false, 88},
    {"hideTrailingSubtotal", DISCOVERY_BOOL, false, 0},
    {"negativeColumnsStyle", DISCOVERY_MESSAGE, false, 261},
    {"positiveColumnsStyle", DISCOVERY_MESSAGE, false, 261},
    {"subtotalColumnsStyle", DISCOVERY_MESSAGE, false, 261},
    {0},
};
static const struct discovery_field fields_265[] = { /* WaterfallChartSpec */
    {"connectorLineStyle", DISCOVERY_MESSAGE, false, 165},
    {"domain", DISCOVERY_MESSAGE, false, 263},
    {"firstValueIsTotal", DISCOVERY_BOOL, false, 0},
    {"hideConnectorLines", DISCOVERY_BOOL, false, 0},
    {"series", DISCOVERY_MESSAGE, true, 264},
    {"stackedType", DISCOVERY_ENUM, false, 62},
    {"totalDataLabel", DISCOVERY_MESSAGE, false, 88},
    {0},
};
static const struct discovery_field parameters_0[] = { /* spreadsheets.create */
    {0},
};
static const struct discovery_field parameters_1[] = { /* spreadsheets.get */
    {"commentsViewMode", DISCOVERY_ENUM, false, 9},
    {"excludeTablesInBandedRanges", DISCOVERY_BOOL, false, 0},
    {"includeGridData", DISCOVERY_BOOL, false, 0},
    {"ranges", DISCOVERY_STRING, true, 0},
    {0},
};
static const struct discovery_field parameters_2[] = { /* spreadsheets.getByDataFilter */
    {0},
};
static const struct discovery_field parameters_3[] = { /* spreadsheets.batchUpdate */
    {0},
};
static const struct discovery_field parameters_4[] = { /* spreadsheets.values.get */
    {"dateTimeRenderOption", DISCOVERY_ENUM, false, 7},
    {"majorDimension", DISCOVERY_ENUM, false, 0},
    {"valueRenderOption", DISCOVERY_ENUM, false, 8},
    {0},
};
static const struct discovery_field parameters_5[] = { /* spreadsheets.values.batchGet */
    {"dateTimeRenderOption", DISCOVERY_ENUM, false, 7},
    {"majorDimension", DISCOVERY_ENUM, false, 0},
    {"ranges", DISCOVERY_STRING, true, 0},
    {"valueRenderOption", DISCOVERY_ENUM, false, 8},
    {0},
};
static const struct discovery_field parameters_6[] = { /* spreadsheets.values.batchGetByDataFilter */
    {0},
};
static const struct discovery_field parameters_7[] = { /* spreadsheets.values.update */
    {"includeValuesInResponse", DISCOVERY_BOOL, false, 0},
    {"responseDateTimeRenderOption", DISCOVERY_ENUM, false, 7},
    {"responseValueRenderOption", DISCOVERY_ENUM, false, 8},
    {"valueInputOption", DISCOVERY_ENUM, false, 11},
    {0},
};
static const struct discovery_field parameters_8[] = { /* spreadsheets.values.batchUpdate */
    {0},
};
static const struct discovery_field parameters_9[] = { /* spreadsheets.values.append */
    {"includeValuesInResponse", DISCOVERY_BOOL, false, 0},
    {"insertDataOption", DISCOVERY_ENUM, false, 63},
    {"responseDateTimeRenderOption", DISCOVERY_ENUM, false, 7},
    {"responseValueRenderOption", DISCOVERY_ENUM, false, 8},
    {"valueInputOption", DISCOVERY_ENUM, false, 11},
    {0},
};
static const struct discovery_field parameters_10[] = { /* spreadsheets.values.clear */
    {0},
};
static const struct discovery_field parameters_11[] = { /* spreadsheets.values.batchClear */
    {0},
};
static const struct discovery_field parameters_12[] = { /* spreadsheets.developerMetadata.get */
    {0},
};
static const struct discovery_field parameters_13[] = { /* spreadsheets.developerMetadata.search */
    {0},
};
static const struct discovery_field fields_266[] = { /* Channel */
    {"address", DISCOVERY_STRING, false, 0},
    {"expiration", DISCOVERY_INT64, false, 0},
    {"id", DISCOVERY_STRING, false, 0},
    {"kind", DISCOVERY_STRING, false, 0},
    {"params", DISCOVERY_ANY, false, 0},
    {"payload", DISCOVERY_BOOL, false, 0},
    {"resourceId", DISCOVERY_STRING, false, 0},
    {"resourceUri", DISCOVERY_STRING, false, 0},
    {"token", DISCOVERY_STRING, false, 0},
    {"type", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_267[] = { /* ClientEncryptionDetails */
    {"decryptionMetadata", DISCOVERY_MESSAGE, false, 269},
    {"encryptionState", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_268[] = { /* ContentRestriction */
    {"ownerRestricted", DISCOVERY_BOOL, false, 0},
    {"readOnly", DISCOVERY_BOOL, false, 0},
    {"reason", DISCOVERY_STRING, false, 0},
    {"restrictingUser", DISCOVERY_MESSAGE, false, 276},
    {"restrictionTime", DISCOVERY_STRING, false, 0},
    {"systemRestricted", DISCOVERY_BOOL, false, 0},
    {"type", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_269[] = { /* DecryptionMetadata */
    {"aes256GcmChunkSize", DISCOVERY_STRING, false, 0},
    {"encryptionResourceKeyHash", DISCOVERY_STRING, false, 0},
    {"jwt", DISCOVERY_STRING, false, 0},
    {"kaclsId", DISCOVERY_INT64, false, 0},
    {"kaclsName", DISCOVERY_STRING, false, 0},
    {"keyFormat", DISCOVERY_STRING, false, 0},
    {"wrappedKey", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_270[] = { /* DownloadRestriction */
    {"restrictedForReaders", DISCOVERY_BOOL, false, 0},
    {"restrictedForWriters", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_271[] = { /* DownloadRestrictionsMetadata */
    {"effectiveDownloadRestrictionWithContext", DISCOVERY_MESSAGE, false, 270},
    {"itemDownloadRestriction", DISCOVERY_MESSAGE, false, 270},
    {0},
};
static const struct discovery_field fields_272[] = { /* File */
    {"appProperties", DISCOVERY_ANY, false, 0},
    {"capabilities", DISCOVERY_ANY, false, 0},
    {"clientEncryptionDetails", DISCOVERY_MESSAGE, false, 267},
    {"contentHints", DISCOVERY_ANY, false, 0},
    {"contentRestrictions", DISCOVERY_MESSAGE, true, 268},
    {"copyRequiresWriterPermission", DISCOVERY_BOOL, false, 0},
    {"createdTime", DISCOVERY_STRING, false, 0},
    {"description", DISCOVERY_STRING, false, 0},
    {"downloadRestrictions", DISCOVERY_MESSAGE, false, 271},
    {"driveId", DISCOVERY_STRING, false, 0},
    {"explicitlyTrashed", DISCOVERY_BOOL, false, 0},
    {"exportLinks", DISCOVERY_ANY, false, 0},
    {"fileExtension", DISCOVERY_STRING, false, 0},
    {"folderColorRgb", DISCOVERY_STRING, false, 0},
    {"fullFileExtension", DISCOVERY_STRING, false, 0},
    {"hasAugmentedPermissions", DISCOVERY_BOOL, false, 0},
    {"hasThumbnail", DISCOVERY_BOOL, false, 0},
    {"headRevisionId", DISCOVERY_STRING, false, 0},
    {"iconLink", DISCOVERY_STRING, false, 0},
    {"id", DISCOVERY_STRING, false, 0},
    {"imageMediaMetadata", DISCOVERY_ANY, false, 0},
    {"inheritedPermissionsDisabled", DISCOVERY_BOOL, false, 0},
    {"isAppAuthorized", DISCOVERY_BOOL, false, 0},
    {"kind", DISCOVERY_STRING, false, 0},
    {"labelInfo", DISCOVERY_ANY, false, 0},
    {"lastModifyingUser", DISCOVERY_MESSAGE, false, 276},
    {"linkShareMetadata", DISCOVERY_ANY, false, 0},
    {"md5Checksum", DISCOVERY_STRING, false, 0},
    {"mimeType", DISCOVERY_STRING, false, 0},
    {"modifiedByMe", DISCOVERY_BOOL, false, 0},
    {"modifiedByMeTime", DISCOVERY_STRING, false, 0},
    {"modifiedTime", DISCOVERY_STRING, false, 0},
    {"name", DISCOVERY_STRING, false, 0},
    {"originalFilename", DISCOVERY_STRING, false, 0},
    {"ownedByMe", DISCOVERY_BOOL, false, 0},
    {"owners", DISCOVERY_MESSAGE, true, 276},
    {"parents", DISCOVERY_STRING, true, 0},
    {"permissionIds", DISCOVERY_STRING, true, 0},
    {"permissions", DISCOVERY_MESSAGE, true, 275},
    {"properties", DISCOVERY_ANY, false, 0},
    {"quotaBytesUsed", DISCOVERY_INT64, false, 0},
    {"resourceKey", DISCOVERY_STRING, false, 0},
    {"sha1Checksum", DISCOVERY_STRING, false, 0},
    {"sha256Checksum", DISCOVERY_STRING, false, 0},
    {"shared", DISCOVERY_BOOL, false, 0},
    {"sharedWithMeTime", DISCOVERY_STRING, false, 0},
    {"sharingUser", DISCOVERY_MESSAGE, false, 276},
    {"shortcutDetails", DISCOVERY_ANY, false, 0},
    {"size", DISCOVERY_INT64, false, 0},
    {"spaces", DISCOVERY_STRING, true, 0},
    {"starred", DISCOVERY_BOOL, false, 0},
    {"teamDriveId", DISCOVERY_STRING, false, 0},
    {"thumbnailLink", DISCOVERY_STRING, false, 0},
    {"thumbnailVersion", DISCOVERY_INT64, false, 0},
    {"trashed", DISCOVERY_BOOL, false, 0},
    {"trashedTime", DISCOVERY_STRING, false, 0},
    {"trashingUser", DISCOVERY_MESSAGE, false, 276},
    {"version", DISCOVERY_INT64, false, 0},
    {"videoMediaMetadata", DISCOVERY_ANY, false, 0},
    {"viewedByMe", DISCOVERY_BOOL, false, 0},
    {"viewedByMeTime", DISCOVERY_STRING, false, 0},
    {"viewersCanCopyContent", DISCOVERY_BOOL, false, 0},
    {"webContentLink", DISCOVERY_STRING, false, 0},
    {"webViewLink", DISCOVERY_STRING, false, 0},
    {"writersCanShare", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field fields_273[] = { /* Label */
    {"fields", DISCOVERY_ANY, false, 0},
    {"id", DISCOVERY_STRING, false, 0},
    {"kind", DISCOVERY_STRING, false, 0},
    {"revisionId", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_274[] = { /* LabelField */
    {"dateString", DISCOVERY_STRING, true, 0},
    {"id", DISCOVERY_STRING, false, 0},
    {"integer", DISCOVERY_INT64, true, 0},
    {"kind", DISCOVERY_STRING, false, 0},
    {"selection", DISCOVERY_STRING, true, 0},
    {"text", DISCOVERY_STRING, true, 0},
    {"user", DISCOVERY_MESSAGE, true, 276},
    {"valueType", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_275[] = { /* Permission */
    {"allowFileDiscovery", DISCOVERY_BOOL, false, 0},
    {"deleted", DISCOVERY_BOOL, false, 0},
    {"displayName", DISCOVERY_STRING, false, 0},
    {"domain", DISCOVERY_STRING, false, 0},
    {"emailAddress", DISCOVERY_STRING, false, 0},
    {"expirationTime", DISCOVERY_STRING, false, 0},
    {"id", DISCOVERY_STRING, false, 0},
    {"inheritedPermissionsDisabled", DISCOVERY_BOOL, false, 0},
    {"kind", DISCOVERY_STRING, false, 0},
    {"pendingOwner", DISCOVERY_BOOL, false, 0},
    {"permissionDetails", DISCOVERY_ANY, true, 0},
    {"photoLink", DISCOVERY_STRING, false, 0},
    {"role", DISCOVERY_STRING, false, 0},
    {"teamDrivePermissionDetails", DISCOVERY_ANY, true, 0},
    {"type", DISCOVERY_STRING, false, 0},
    {"view", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field fields_276[] = { /* User */
    {"displayName", DISCOVERY_STRING, false, 0},
    {"emailAddress", DISCOVERY_STRING, false, 0},
    {"kind", DISCOVERY_STRING, false, 0},
    {"me", DISCOVERY_BOOL, false, 0},
    {"permissionId", DISCOVERY_STRING, false, 0},
    {"photoLink", DISCOVERY_STRING, false, 0},
    {0},
};
static const struct discovery_field parameters_14[] = { /* files.create */
    {"enforceSingleParent", DISCOVERY_BOOL, false, 0},
    {"ignoreDefaultVisibility", DISCOVERY_BOOL, false, 0},
    {"includeLabels", DISCOVERY_STRING, false, 0},
    {"includePermissionsForView", DISCOVERY_STRING, false, 0},
    {"keepRevisionForever", DISCOVERY_BOOL, false, 0},
    {"ocrLanguage", DISCOVERY_STRING, false, 0},
    {"supportsAllDrives", DISCOVERY_BOOL, false, 0},
    {"supportsTeamDrives", DISCOVERY_BOOL, false, 0},
    {"useContentAsIndexableText", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field parameters_15[] = { /* files.get */
    {"acknowledgeAbuse", DISCOVERY_BOOL, false, 0},
    {"includeLabels", DISCOVERY_STRING, false, 0},
    {"includePermissionsForView", DISCOVERY_STRING, false, 0},
    {"supportsAllDrives", DISCOVERY_BOOL, false, 0},
    {"supportsTeamDrives", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field parameters_16[] = { /* files.delete */
    {"enforceSingleParent", DISCOVERY_BOOL, false, 0},
    {"supportsAllDrives", DISCOVERY_BOOL, false, 0},
    {"supportsTeamDrives", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field parameters_17[] = { /* files.watch */
    {"acknowledgeAbuse", DISCOVERY_BOOL, false, 0},
    {"includeLabels", DISCOVERY_STRING, false, 0},
    {"includePermissionsForView", DISCOVERY_STRING, false, 0},
    {"supportsAllDrives", DISCOVERY_BOOL, false, 0},
    {"supportsTeamDrives", DISCOVERY_BOOL, false, 0},
    {0},
};
static const struct discovery_field parameters_18[] = { /* channels.stop */
    {0},
};
const struct discovery_schema discovery_schemas[] = {
    {"AddBandingRequest", fields_0},
    {"AddBandingResponse", fields_1},
    {"AddChartRequest", fields_2},
    {"AddChartResponse", fields_3},
    {"AddCommentReplyRequest", fields_4},
    {"AddCommentReplyResponse", fields_5},
    {"AddConditionalFormatRuleRequest", fields_6},
    {"AddDataSourceRequest", fields_7},
    {"AddDataSourceResponse", fields_8},
    {"AddDimensionGroupRequest", fields_9},
    {"AddDimensionGroupResponse", fields_10},
    {"AddFilterViewRequest", fields_11},
    {"AddFilterViewResponse", fields_12},
    {"AddNamedRangeRequest", fields_13},
    {"AddNamedRangeResponse", fields_14},
    {"AddProtectedRangeRequest", fields_15},
    {"AddProtectedRangeResponse", fields_16},
    {"AddSheetRequest", fields_17},
    {"AddSheetResponse", fields_18},
    {"AddSlicerRequest", fields_19},
    {"AddSlicerResponse", fields_20},
    {"AddTableRequest", fields_21},
    {"AddTableResponse", fields_22},
    {"AppendCellsRequest", fields_23},
    {"AppendDimensionRequest", fields_24},
    {"AppendValuesResponse", fields_25},
    {"AutoFillRequest", fields_26},
    {"AutoResizeDimensionsRequest", fields_27},
    {"BandedRange", fields_28},
    {"BandingProperties", fields_29},
    {"BaselineValueFormat", fields_30},
    {"BasicChartAxis", fields_31},
    {"BasicChartDomain", fields_32},
    {"BasicChartSeries", fields_33},
    {"BasicChartSpec", fields_34},
    {"BasicFilter", fields_35},
    {"BasicSeriesDataPointStyleOverride", fields_36},
    {"BatchClearValuesRequest", fields_37},
    {"BatchClearValuesResponse", fields_38},
    {"BatchGetValuesByDataFilterRequest", fields_39},
    {"BatchGetValuesByDataFilterResponse", fields_40},
    {"BatchGetValuesResponse", fields_41},
    {"BatchUpdateSpreadsheetRequest", fields_42},
    {"BatchUpdateSpreadsheetResponse", fields_43},
    {"BatchUpdateValuesRequest", fields_44},
    {"BatchUpdateValuesResponse", fields_45},
    {"BigQueryDataSourceSpec", fields_46},
    {"BigQueryQuerySpec", fields_47},
    {"BigQueryTableSpec", fields_48},
    {"BooleanCondition", fields_49},
    {"BooleanRule", fields_50},
    {"Border", fields_51},
    {"Borders", fields_52},
    {"BubbleChartSpec", fields_53},
    {"CancelDataSourceRefreshRequest", fields_54},
    {"CancelDataSourceRefreshResponse", fields_55},
    {"CancelDataSourceRefreshStatus", fields_56},
    {"CandlestickChartSpec", fields_57},
    {"CandlestickData", fields_58},
    {"CandlestickDomain", fields_59},
    {"CandlestickSeries", fields_60},
    {"CellData", fields_61},
    {"CellFormat", fields_62},
    {"ChartAxisViewWindowOptions", fields_63},
    {"ChartCustomNumberFormatOptions", fields_64},
    {"ChartData", fields_65},
    {"ChartDateTimeRule", fields_66},
    {"ChartGroupRule", fields_67},
    {"ChartHistogramRule", fields_68},
    {"ChartSourceRange", fields_69},
    {"ChartSpec", fields_70},
    {"Chip", fields_71},
    {"ChipRun", fields_72},
    {"ClearBasicFilterRequest", fields_73},
    {"ClearValuesRequest", fields_74},
    {"ClearValuesResponse", fields_75},
    {"Color", fields_76},
    {"ColorStyle", fields_77},
    {"CommentAnchor", fields_78},
    {"CommentThread", fields_79},
    {"ConditionValue", fields_80},
    {"ConditionalFormatRule", fields_81},
    {"CopyPasteRequest", fields_82},
    {"CreateDeveloperMetadataRequest", fields_83},
    {"CreateDeveloperMetadataResponse", fields_84},
    {"CutPasteRequest", fields_85},
    {"DataExecutionStatus", fields_86},
    {"DataFilter", fields_87},
    {"DataLabel", fields_88},
    {"DataSource", fields_89},
    {"DataSourceChartProperties", fields_90},
    {"DataSourceColumn", fields_91},
    {"DataSourceColumnReference", fields_92},
    {"DataSourceFormula", fields_93},
    {"DataSourceObjectReference", fields_94},
    {"DataSourceObjectReferences", fields_95},
    {"DataSourceParameter", fields_96},
    {"DataSourceRefreshDailySchedule", fields_97},
    {"DataSourceRefreshMonthlySchedule", fields_98},
    {"DataSourceRefreshSchedule", fields_99},
    {"DataSourceRefreshWeeklySchedule", fields_100},
    {"DataSourceSheetDimensionRange", fields_101},
    {"DataSourceSheetProperties", fields_102},
    {"DataSourceSpec", fields_103},
    {"DataSourceTable", fields_104},
    {"DataValidationRule", fields_105},
    {"DateTimeRule", fields_106},
    {"DeleteBandingRequest", fields_107},
    {"DeleteCommentReplyRequest", fields_108},
    {"DeleteCommentRequest", fields_109},
    {"DeleteConditionalFormatRuleRequest", fields_110},
    {"DeleteConditionalFormatRuleResponse", fields_111},
    {"DeleteDataSourceRequest", fields_112},
    {"DeleteDeveloperMetadataRequest", fields_113},
    {"DeleteDeveloperMetadataResponse", fields_114},
    {"DeleteDimensionGroupRequest", fields_115},
    {"DeleteDimensionGroupResponse", fields_116},
    {"DeleteDimensionRequest", fields_117},
    {"DeleteDuplicatesRequest", fields_118},
    {"DeleteDuplicatesResponse", fields_119},
    {"DeleteEmbeddedObjectRequest", fields_120},
    {"DeleteFilterViewRequest", fields_121},
    {"DeleteNamedRangeRequest", fields_122},
    {"DeleteProtectedRangeRequest", fields_123},
    {"DeleteRangeRequest", fields_124},
    {"DeleteSheetRequest", fields_125},
    {"DeleteTableRequest", fields_126},
    {"DeveloperMetadata", fields_127},
    {"DeveloperMetadataLocation", fields_128},
    {"DeveloperMetadataLookup", fields_129},
    {"DimensionGroup", fields_130},
    {"DimensionProperties", fields_131},
    {"DimensionRange", fields_132},
    {"DuplicateFilterViewRequest", fields_133},
    {"DuplicateFilterViewResponse", fields_134},
    {"DuplicateSheetRequest", fields_135},
    {"DuplicateSheetResponse", fields_136},
    {"Editors", fields_137},
    {"EmbeddedChart", fields_138},
    {"EmbeddedObjectBorder", fields_139},
    {"EmbeddedObjectPosition", fields_140},
    {"ErrorValue", fields_141},
    {"ExtendedValue", fields_142},
    {"FilterCriteria", fields_143},
    {"FilterSpec", fields_144},
    {"FilterView", fields_145},
    {"FindReplaceRequest", fields_146},
    {"FindReplaceResponse", fields_147},
    {"GetSpreadsheetByDataFilterRequest", fields_148},
    {"GradientRule", fields_149},
    {"GridCoordinate", fields_150},
    {"GridData", fields_151},
    {"GridProperties", fields_152},
    {"GridRange", fields_153},
    {"HistogramChartSpec", fields_154},
    {"HistogramRule", fields_155},
    {"HistogramSeries", fields_156},
    {"InsertCommentRequest", fields_157},
    {"InsertCommentResponse", fields_158},
    {"InsertDimensionRequest", fields_159},
    {"InsertRangeRequest", fields_160},
    {"InterpolationPoint", fields_161},
    {"Interval", fields_162},
    {"IterativeCalculationSettings", fields_163},
    {"KeyValueFormat", fields_164},
    {"LineStyle", fields_165},
    {"Link", fields_166},
    {"LookerDataSourceSpec", fields_167},
    {"ManualRule", fields_168},
    {"ManualRuleGroup", fields_169},
    {"MatchedDeveloperMetadata", fields_170},
    {"MatchedValueRange", fields_171},
    {"MergeCellsRequest", fields_172},
    {"MoveDimensionRequest", fields_173},
    {"NamedRange", fields_174},
    {"NumberFormat", fields_175},
    {"OrgChartSpec", fields_176},
    {"OverlayPosition", fields_177},
    {"Padding", fields_178},
    {"PasteDataRequest", fields_179},
    {"PersonProperties", fields_180},
    {"PieChartSpec", fields_181},
    {"PivotFilterCriteria", fields_182},
    {"PivotFilterSpec", fields_183},
    {"PivotGroup", fields_184},
    {"PivotGroupLimit", fields_185},
    {"PivotGroupRule", fields_186},
    {"PivotGroupSortValueBucket", fields_187},
    {"PivotGroupValueMetadata", fields_188},
    {"PivotTable", fields_189},
    {"PivotValue", fields_190},
    {"PointStyle", fields_191},
    {"Post", fields_192},
    {"PostAuthor", fields_193},
    {"ProtectedRange", fields_194},
    {"RandomizeRangeRequest", fields_195},
    {"RefreshCancellationStatus", fields_196},
    {"RefreshDataSourceObjectExecutionStatus", fields_197},
    {"RefreshDataSourceRequest", fields_198},
    {"RefreshDataSourceResponse", fields_199},
    {"RepeatCellRequest", fields_200},
    {"Request", fields_201},
    {"Response", fields_202},
    {"RichLinkProperties", fields_203},
    {"RowData", fields_204},
    {"ScorecardChartSpec", fields_205},
    {"SearchDeveloperMetadataRequest", fields_206},
    {"SearchDeveloperMetadataResponse", fields_207},
    {"SetBasicFilterRequest", fields_208},
    {"SetDataValidationRequest", fields_209},
    {"Sheet", fields_210},
    {"SheetProperties", fields_211},
    {"Slicer", fields_212},
    {"SlicerSpec", fields_213},
    {"SortRangeRequest", fields_214},
    {"SortSpec", fields_215},
    {"SourceAndDestination", fields_216},
    {"Spreadsheet", fields_217},
    {"SpreadsheetProperties", fields_218},
    {"SpreadsheetTheme", fields_219},
    {"Table", fields_220},
    {"TableColumnDataValidationRule", fields_221},
    {"TableColumnProperties", fields_222},
    {"TableRowsProperties", fields_223},
    {"TextFormat", fields_224},
    {"TextFormatRun", fields_225},
    {"TextPosition", fields_226},
    {"TextRotation", fields_227},
    {"TextToColumnsRequest", fields_228},
    {"ThemeColorPair", fields_229},
    {"TimeOfDay", fields_230},
    {"TreemapChartColorScale", fields_231},
    {"TreemapChartSpec", fields_232},
    {"TrimWhitespaceRequest", fields_233},
    {"TrimWhitespaceResponse", fields_234},
    {"UnmergeCellsRequest", fields_235},
    {"UpdateBandingRequest", fields_236},
    {"UpdateBordersRequest", fields_237},
    {"UpdateCellsRequest", fields_238},
    {"UpdateChartSpecRequest", fields_239},
    {"UpdateCommentPostRequest", fields_240},
    {"UpdateConditionalFormatRuleRequest", fields_241},
    {"UpdateConditionalFormatRuleResponse", fields_242},
    {"UpdateDataSourceRequest", fields_243},
    {"UpdateDataSourceResponse", fields_244},
    {"UpdateDeveloperMetadataRequest", fields_245},
    {"UpdateDeveloperMetadataResponse", fields_246},
    {"UpdateDimensionGroupRequest", fields_247},
    {"UpdateDimensionPropertiesRequest", fields_248},
    {"UpdateEmbeddedObjectBorderRequest", fields_249},
    {"UpdateEmbeddedObjectPositionRequest", fields_250},
    {"UpdateEmbeddedObjectPositionResponse", fields_251},
    {"UpdateFilterViewRequest", fields_252},
    {"UpdateNamedRangeRequest", fields_253},
    {"UpdateProtectedRangeRequest", fields_254},
    {"UpdateSheetPropertiesRequest", fields_255},
    {"UpdateSlicerSpecRequest", fields_256},
    {"UpdateSpreadsheetPropertiesRequest", fields_257},
    {"UpdateTableRequest", fields_258},
    {"UpdateValuesResponse", fields_259},
    {"ValueRange", fields_260},
    {"WaterfallChartColumnStyle", fields_261},
    {"WaterfallChartCustomSubtotal", fields_262},
    {"WaterfallChartDomain", fields_263},
    {"WaterfallChartSeries", fields_264},
    {"WaterfallChartSpec", fields_265},
    {"Channel", fields_266},
    {"ClientEncryptionDetails", fields_267},
    {"ContentRestriction", fields_268},
    {"DecryptionMetadata", fields_269},
    {"DownloadRestriction", fields_270},
    {"DownloadRestrictionsMetadata", fields_271},
    {"File", fields_272},
    {"Label", fields_273},
    {"LabelField", fields_274},
    {"Permission", fields_275},
    {"User", fields_276},
};
const size_t discovery_n_schemas = 277;
const char *const discovery_enums[] = {
    "DIMENSION_UNSPECIFIED\0" "ROWS\0" "COLUMNS\0",
    "COMPARISON_TYPE_UNDEFINED\0" "ABSOLUTE_DIFFERENCE\0" "PERCENTAGE_DIFFERENCE\0",
    "BASIC_CHART_AXIS_POSITION_UNSPECIFIED\0" "BOTTOM_AXIS\0" "LEFT_AXIS\0" "RIGHT_AXIS\0",
    "BASIC_CHART_TYPE_UNSPECIFIED\0" "BAR\0" "LINE\0" "AREA\0" "COLUMN\0" "SCATTER\0" "COMBO\0" "STEPPED_AREA\0",
    "BASIC_CHART_COMPARE_MODE_UNSPECIFIED\0" "DATUM\0" "CATEGORY\0",
    "BASIC_CHART_LEGEND_POSITION_UNSPECIFIED\0" "BOTTOM_LEGEND\0" "LEFT_LEGEND\0" "RIGHT_LEGEND\0" "TOP_LEGEND\0" "NO_LEGEND\0",
    "BASIC_CHART_STACKED_TYPE_UNSPECIFIED\0" "NOT_STACKED\0" "STACKED\0" "PERCENT_STACKED\0",
    "SERIAL_NUMBER\0" "FORMATTED_STRING\0",
    "FORMATTED_VALUE\0" "UNFORMATTED_VALUE\0" "FORMULA\0",
    "COMMENTS_VIEW_MODE_UNSPECIFIED\0" "COMMENTS_VIEW_MODE_DEFAULT_FOR_CURRENT_ACCESS\0" "COMMENTS_VIEW_MODE_OMITTED\0" "COMMENTS_VIEW_MODE_INCLUDED\0",
    "COMMENT_UPDATE_STATE_UNSPECIFIED\0" "NO_UPDATES_REQUESTED\0" "ALL_SAVED\0" "ALL_FAILED_UNKNOWN_REASON\0",
    "INPUT_VALUE_OPTION_UNSPECIFIED\0" "RAW\0" "USER_ENTERED\0",
    "CONDITION_TYPE_UNSPECIFIED\0" "NUMBER_GREATER\0" "NUMBER_GREATER_THAN_EQ\0" "NUMBER_LESS\0" "NUMBER_LESS_THAN_EQ\0" "NUMBER_EQ\0" "NUMBER_NOT_EQ\0" "NUMBER_BETWEEN\0" "NUMBER_NOT_BETWEEN\0" "TEXT_CONTAINS\0" "TEXT_NOT_CONTAINS\0" "TEXT_STARTS_WITH\0" "TEXT_ENDS_WITH\0" "TEXT_EQ\0" "TEXT_IS_EMAIL\0" "TEXT_IS_URL\0" "DATE_EQ\0" "DATE_BEFORE\0" "DATE_AFTER\0" "DATE_ON_OR_BEFORE\0" "DATE_ON_OR_AFTER\0" "DATE_BETWEEN\0" "DATE_NOT_BETWEEN\0" "DATE_IS_VALID\0" "ONE_OF_RANGE\0" "ONE_OF_LIST\0" "BLANK\0" "NOT_BLANK\0" "CUSTOM_FORMULA\0" "BOOLEAN\0" "TEXT_NOT_EQ\0" "DATE_NOT_EQ\0" "FILTER_EXPRESSION\0",
    "STYLE_UNSPECIFIED\0" "DOTTED\0" "DASHED\0" "SOLID\0" "SOLID_MEDIUM\0" "SOLID_THICK\0" "NONE\0" "DOUBLE\0",
    "BUBBLE_CHART_LEGEND_POSITION_UNSPECIFIED\0" "BOTTOM_LEGEND\0" "LEFT_LEGEND\0" "RIGHT_LEGEND\0" "TOP_LEGEND\0" "NO_LEGEND\0" "INSIDE_LEGEND\0",
    "HORIZONTAL_ALIGN_UNSPECIFIED\0" "LEFT\0" "CENTER\0" "RIGHT\0",
    "HYPERLINK_DISPLAY_TYPE_UNSPECIFIED\0" "LINKED\0" "PLAIN_TEXT\0",
    "TEXT_DIRECTION_UNSPECIFIED\0" "LEFT_TO_RIGHT\0" "RIGHT_TO_LEFT\0",
    "VERTICAL_ALIGN_UNSPECIFIED\0" "TOP\0" "MIDDLE\0" "BOTTOM\0",
    "WRAP_STRATEGY_UNSPECIFIED\0" "OVERFLOW_CELL\0" "LEGACY_WRAP\0" "CLIP\0" "WRAP\0",
    "DEFAULT_VIEW_WINDOW_MODE\0" "VIEW_WINDOW_MODE_UNSUPPORTED\0" "EXPLICIT\0" "PRETTY\0",
    "CHART_AGGREGATE_TYPE_UNSPECIFIED\0" "AVERAGE\0" "COUNT\0" "MAX\0" "MEDIAN\0" "MIN\0" "SUM\0",
    "CHART_DATE_TIME_RULE_TYPE_UNSPECIFIED\0" "SECOND\0" "MINUTE\0" "HOUR\0" "HOUR_MINUTE\0" "HOUR_MINUTE_AMPM\0" "DAY_OF_WEEK\0" "DAY_OF_YEAR\0" "DAY_OF_MONTH\0" "DAY_MONTH\0" "MONTH\0" "QUARTER\0" "YEAR\0" "YEAR_MONTH\0" "YEAR_QUARTER\0" "YEAR_MONTH_DAY\0",
    "CHART_HIDDEN_DIMENSION_STRATEGY_UNSPECIFIED\0" "SKIP_HIDDEN_ROWS_AND_COLUMNS\0" "SKIP_HIDDEN_ROWS\0" "SKIP_HIDDEN_COLUMNS\0" "SHOW_ALL\0",
    "THEME_COLOR_TYPE_UNSPECIFIED\0" "TEXT\0" "BACKGROUND\0" "ACCENT1\0" "ACCENT2\0" "ACCENT3\0" "ACCENT4\0" "ACCENT5\0" "ACCENT6\0" "LINK\0",
    "STATUS_UNSPECIFIED\0" "OPEN\0" "RESOLVED\0",
    "RELATIVE_DATE_UNSPECIFIED\0" "PAST_YEAR\0" "PAST_MONTH\0" "PAST_WEEK\0" "YESTERDAY\0" "TODAY\0" "TOMORROW\0",
    "NORMAL\0" "TRANSPOSE\0",
    "PASTE_NORMAL\0" "PASTE_VALUES\0" "PASTE_FORMAT\0" "PASTE_NO_BORDERS\0" "PASTE_FORMULA\0" "PASTE_DATA_VALIDATION\0" "PASTE_CONDITIONAL_FORMATTING\0",
    "DATA_EXECUTION_ERROR_CODE_UNSPECIFIED\0" "TIMED_OUT\0" "TOO_MANY_ROWS\0" "TOO_MANY_COLUMNS\0" "TOO_MANY_CELLS\0" "ENGINE\0" "PARAMETER_INVALID\0" "UNSUPPORTED_DATA_TYPE\0" "DUPLICATE_COLUMN_NAMES\0" "INTERRUPTED\0" "CONCURRENT_QUERY\0" "OTHER\0" "TOO_MANY_CHARS_PER_CELL\0" "DATA_NOT_FOUND\0" "PERMISSION_DENIED\0" "MISSING_COLUMN_ALIAS\0" "OBJECT_NOT_FOUND\0" "OBJECT_IN_ERROR_STATE\0" "OBJECT_SPEC_INVALID\0" "DATA_EXECUTION_CANCELLED\0",
    "DATA_EXECUTION_STATE_UNSPECIFIED\0" "NOT_STARTED\0" "RUNNING\0" "CANCELLING\0" "SUCCEEDED\0" "FAILED\0",
    "DATA_LABEL_PLACEMENT_UNSPECIFIED\0" "CENTER\0" "LEFT\0" "RIGHT\0" "ABOVE\0" "BELOW\0" "INSIDE_END\0" "INSIDE_BASE\0" "OUTSIDE_END\0",
    "DATA_LABEL_TYPE_UNSPECIFIED\0" "NONE\0" "DATA\0" "CUSTOM\0",
    "DATA_SOURCE_REFRESH_SCOPE_UNSPECIFIED\0" "ALL_DATA_SOURCES\0",
    "DAY_OF_WEEK_UNSPECIFIED\0" "MONDAY\0" "TUESDAY\0" "WEDNESDAY\0" "THURSDAY\0" "FRIDAY\0" "SATURDAY\0" "SUNDAY\0",
    "DATA_SOURCE_TABLE_COLUMN_SELECTION_TYPE_UNSPECIFIED\0" "SELECTED\0" "SYNC_ALL\0",
    "DATE_TIME_RULE_TYPE_UNSPECIFIED\0" "SECOND\0" "MINUTE\0" "HOUR\0" "HOUR_MINUTE\0" "HOUR_MINUTE_AMPM\0" "DAY_OF_WEEK\0" "DAY_OF_YEAR\0" "DAY_OF_MONTH\0" "DAY_MONTH\0" "MONTH\0" "QUARTER\0" "YEAR\0" "YEAR_MONTH\0" "YEAR_QUARTER\0" "YEAR_MONTH_DAY\0",
    "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED\0" "DOCUMENT\0" "PROJECT\0",
    "DEVELOPER_METADATA_LOCATION_TYPE_UNSPECIFIED\0" "ROW\0" "COLUMN\0" "SHEET\0" "SPREADSHEET\0",
    "DEVELOPER_METADATA_LOCATION_MATCHING_STRATEGY_UNSPECIFIED\0" "EXACT_LOCATION\0" "INTERSECTING_LOCATION\0",
    "ERROR_TYPE_UNSPECIFIED\0" "ERROR\0" "NULL_VALUE\0" "DIVIDE_BY_ZERO\0" "VALUE\0" "REF\0" "NAME\0" "NUM\0" "N_A\0" "LOADING\0",
    "HISTOGRAM_CHART_LEGEND_POSITION_UNSPECIFIED\0" "BOTTOM_LEGEND\0" "LEFT_LEGEND\0" "RIGHT_LEGEND\0" "TOP_LEGEND\0" "NO_LEGEND\0" "INSIDE_LEGEND\0",
    "INTERPOLATION_POINT_TYPE_UNSPECIFIED\0" "MIN\0" "MAX\0" "NUMBER\0" "PERCENT\0" "PERCENTILE\0",
    "LINE_DASH_TYPE_UNSPECIFIED\0" "INVISIBLE\0" "CUSTOM\0" "SOLID\0" "DOTTED\0" "MEDIUM_DASHED\0" "MEDIUM_DASHED_DOTTED\0" "LONG_DASHED\0" "LONG_DASHED_DOTTED\0",
    "MERGE_ALL\0" "MERGE_COLUMNS\0" "MERGE_ROWS\0",
    "NUMBER_FORMAT_TYPE_UNSPECIFIED\0" "TEXT\0" "NUMBER\0" "PERCENT\0" "CURRENCY\0" "DATE\0" "TIME\0" "DATE_TIME\0" "SCIENTIFIC\0",
    "ORG_CHART_LABEL_SIZE_UNSPECIFIED\0" "SMALL\0" "MEDIUM\0" "LARGE\0",
    "DISPLAY_FORMAT_UNSPECIFIED\0" "DEFAULT\0" "LAST_NAME_COMMA_FIRST_NAME\0" "EMAIL\0",
    "PIE_CHART_LEGEND_POSITION_UNSPECIFIED\0" "BOTTOM_LEGEND\0" "LEFT_LEGEND\0" "RIGHT_LEGEND\0" "TOP_LEGEND\0" "NO_LEGEND\0" "LABELED_LEGEND\0",
    "SORT_ORDER_UNSPECIFIED\0" "ASCENDING\0" "DESCENDING\0",
    "HORIZONTAL\0" "VERTICAL\0",
    "PIVOT_VALUE_CALCULATED_DISPLAY_TYPE_UNSPECIFIED\0" "PERCENT_OF_ROW_TOTAL\0" "PERCENT_OF_COLUMN_TOTAL\0" "PERCENT_OF_GRAND_TOTAL\0",
    "PIVOT_STANDARD_VALUE_FUNCTION_UNSPECIFIED\0" "SUM\0" "COUNTA\0" "COUNT\0" "COUNTUNIQUE\0" "AVERAGE\0" "MAX\0" "MIN\0" "MEDIAN\0" "PRODUCT\0" "STDEV\0" "STDEVP\0" "VAR\0" "VARP\0" "CUSTOM\0" "NONE\0",
    "POINT_SHAPE_UNSPECIFIED\0" "CIRCLE\0" "DIAMOND\0" "HEXAGON\0" "PENTAGON\0" "SQUARE\0" "STAR\0" "TRIANGLE\0" "X_MARK\0",
    "COMMENT_ACTION_TYPE_UNSPECIFIED\0" "NO_COMMENT_ACTION_CHANGE\0" "RESOLVE\0" "REOPEN\0",
    "REFRESH_CANCELLATION_ERROR_CODE_UNSPECIFIED\0" "EXECUTION_NOT_FOUND\0" "CANCEL_PERMISSION_DENIED\0" "QUERY_EXECUTION_COMPLETED\0" "CONCURRENT_CANCELLATION\0" "CANCEL_OTHER_ERROR\0",
    "REFRESH_CANCELLATION_STATE_UNSPECIFIED\0" "CANCEL_SUCCEEDED\0" "CANCEL_FAILED\0",
    "CHART_NUMBER_FORMAT_SOURCE_UNDEFINED\0" "FROM_DATA\0" "CUSTOM\0",
    "SHEET_TYPE_UNSPECIFIED\0" "GRID\0" "OBJECT\0" "DATA_SOURCE\0",
    "RECALCULATION_INTERVAL_UNSPECIFIED\0" "ON_CHANGE\0" "MINUTE\0" "HOUR\0",
    "COLUMN_TYPE_UNSPECIFIED\0" "DOUBLE\0" "CURRENCY\0" "PERCENT\0" "DATE\0" "TIME\0" "DATE_TIME\0" "TEXT\0" "BOOLEAN\0" "DROPDOWN\0" "FILES_CHIP\0" "PEOPLE_CHIP\0" "FINANCE_CHIP\0" "PLACE_CHIP\0" "RATINGS_CHIP\0",
    "DELIMITER_TYPE_UNSPECIFIED\0" "COMMA\0" "SEMICOLON\0" "PERIOD\0" "SPACE\0" "CUSTOM\0" "AUTODETECT\0",
    "WATERFALL_STACKED_TYPE_UNSPECIFIED\0" "STACKED\0" "SEQUENTIAL\0",
    "OVERWRITE\0" "INSERT_ROWS\0",
};
const struct discovery_method discovery_methods[] = {
    {"spreadsheets.create", 217, 217, parameters_0},
    {"spreadsheets.get", -1, 217, parameters_1},
    {"spreadsheets.getByDataFilter", 148, 217, parameters_2},
    {"spreadsheets.batchUpdate", 42, 43, parameters_3},
    {"spreadsheets.values.get", -1, 260, parameters_4},
    {"spreadsheets.values.batchGet", -1, 41, parameters_5},
    {"spreadsheets.values.batchGetByDataFilter", 39, 40, parameters_6},
    {"spreadsheets.values.update", 260, 259, parameters_7},
    {"spreadsheets.values.batchUpdate", 44, 45, parameters_8},
    {"spreadsheets.values.append", 260, 25, parameters_9},
    {"spreadsheets.values.clear", 74, 75, parameters_10},
    {"spreadsheets.values.batchClear", 37, 38, parameters_11},
    {"spreadsheets.developerMetadata.get", -1, 127, parameters_12},
    {"spreadsheets.developerMetadata.search", 206, 207, parameters_13},
    {"files.create", 272, 272, parameters_14},
    {"files.get", -1, 272, parameters_15},
    {"files.delete", -1, -1, parameters_16},
    {"files.watch", 266, 266, parameters_17},
    {"channels.stop", 266, -1, parameters_18},
    {0},
};
